// Written by scripts/wire_types.py from src/rollcall/wire. Change the Structs and run it.

/**
 * First message of each connection. With `play` the same play goes on, without one a new play opens.
 *
 * `chat` is the last chat version the page has (0 = none): it gets the tail after it, or a fresh snapshot.
 */
export interface Hello {
  type: "hello";
  grant: string;
  play?: PlayRef | null;
  chat?: number;
}

/**
 * A play this page opened before its connection broke: its id and its upload key.
 */
export interface PlayRef {
  id: string;
  upload_key: string;
}

/**
 * The envelope of every transmission of evidence; all but `rows` is new at each sending, rows never change.
 *
 * An envelope without rows answers a tick. `epoch` is the current one: `sent_ms` and `echo` are on its clock.
 * `ticks` holds every tick that a row or the echo cites, `epochs` every epoch of a row and the current one.
 */
export interface Rows {
  type: "rows";
  play: string;
  sent_ms: number;
  epoch: number;
  echo: Echo | null;
  ticks: TickProof[];
  epochs: Epoch[];
  rows: (Beat | Mark)[];
}

/**
 * The tick being answered and when the player received it, on the clock of the envelope's epoch.
 */
export interface Echo {
  tick: number;
  received_ms: number;
}

/**
 * A tick exactly as the server sent it: whoever shows it had received it.
 */
export interface TickProof {
  n: number;
  at_ms: number;
  mac: string;
}

/**
 * Where an epoch of the player's clock began: on that clock, and what `Date.now()` said at that moment.
 */
export interface Epoch {
  epoch: number;
  from_ms: number;
  wall_ms: number;
}

/**
 * A stretch `[from_ms, to_ms)` of the player's clock in one state.
 *
 * `tick` is the last tick received at or before `from_ms`. `media_*` is programme time (Unix ms) for live
 * and scheduled media, position in the file for recordings. Only `playing` can earn.
 */
export interface Beat {
  row: "beat";
  seq: number;
  epoch: number;
  tick: number;
  from_ms: number;
  to_ms: number;
  media_from_ms: number;
  media_to_ms: number;
  state: "ended" | "paused" | "playing" | "seeking" | "stalled";
  cause?: "browser" | "user";
  visible?: boolean;
  muted?: boolean;
  rate?: number;
}

/**
 * A moment of one check's prompt in this player.
 *
 * `received` the prompt arrived in a hidden frame (its lifetime starts), `shown` it was painted in a visible
 * frame, `answered` the participant confirmed, `sound_blocked` the browser refused the chime.
 */
export interface Mark {
  row: "mark";
  seq: number;
  epoch: number;
  tick: number;
  at_ms: number;
  mark: "answered" | "received" | "shown" | "sound_blocked";
  check: string;
  visible?: boolean;
  trusted?: boolean;
  answer?: string | null;
}

/**
 * A chat message; `ref` is the page's own name for it, returned with it so that it is not shown twice.
 */
export interface Say {
  type: "say";
  ref: string;
  text: string;
}

/**
 * The participant looks at "my progress": answered by one `progress`.
 */
export interface AskProgress {
  type: "ask_progress";
}

/**
 * Exactly one of `token` (signed) and `user_id` (plain). `grant` is what this page kept for that token or ID.
 */
export interface Redeem {
  token?: string | null;
  user_id?: string | null;
  grant?: string | null;
}

export type ViewerIn = Hello | Rows | Say | AskProgress;

/**
 * Answer to `hello`: the play is durable and tick 0 is given. Rows up to `durable` are on disk.
 *
 * `playlist` is the path of the HLS playlist with a token in it, valid until `playlist_until_ms`.
 */
export interface Opened {
  type: "opened";
  play: string;
  upload_key: string;
  resumed: boolean;
  now_ms: number;
  tick: TickOut;
  durable: number;
  user_name: string;
  identity: "plain" | "signed";
  playlist: string;
  playlist_until_ms: number;
  media: Media;
}

/**
 * Server-driven clock tick `n`, each 10 s; a row that cites it was made after it. Answer at once.
 */
export interface TickOut {
  type: "tick";
  n: number;
  at_ms: number;
  mac: string;
}

/**
 * State of the broadcast, sent at opening and at each change (viewers coalesced).
 */
export interface Media {
  type: "media";
  code: string;
  title: string;
  kind: "live" | "recording" | "scheduled";
  state: "ended" | "live" | "planned";
  signal: "off" | "on";
  starts_at_ms: number | null;
  ends_at_ms: number | null;
  timezone: string;
  viewers: number;
}

/**
 * Every row with `seq` ≤ `durable` is committed to disk; the page may forget them.
 */
export interface Ack {
  type: "ack";
  durable: number;
}

/**
 * Rows arrived out of order: send again from `expected`.
 */
export interface Gap {
  type: "gap";
  expected: number;
}

/**
 * The writer is behind: send nothing but answers to ticks for `ms`. Rows stay in the journal.
 */
export interface SlowDown {
  type: "slow_down";
  ms: number;
}

/**
 * Ask the participant to confirm presence now. `left_ms` is the lifetime that is left once displayed.
 */
export interface Prompt {
  type: "prompt";
  check: string;
  kind: "click" | "code" | "question";
  text: string | null;
  sound: boolean;
  lifetime_ms: number;
  left_ms: number;
  issued_at_ms: number;
}

/**
 * The prompt is final for this participant, on all their plays.
 */
export interface PromptClosed {
  type: "prompt_closed";
  check: string;
  outcome: "cancelled" | "confirmed" | "excused" | "missed" | "undelivered";
  at_ms: number;
}

/**
 * New chat messages and ids of removed ones. `version` is the room's after applying them.
 *
 * `snapshot` true: forget what you have and show just these.
 */
export interface Chat {
  type: "chat";
  version: number;
  items: ChatItem[];
  removed: number[];
  snapshot: boolean;
}

/**
 * One chat message. `ref` is present only in the copy sent to its author's connection.
 */
export interface ChatItem {
  id: number;
  at_ms: number;
  author: string;
  own: boolean;
  organiser: boolean;
  text: string;
  ref: string | null;
}

/**
 * How the room takes messages now; `slow_s` seconds between two of one participant (0 = no limit).
 */
export interface ChatState {
  type: "chat_state";
  mode: "closed" | "open";
  slow_s: number;
}

/**
 * The message `ref` was refused: `chat_closed`, `chat_banned` or `too_many_requests` (come back in `retry_s`).
 */
export interface NotSaid {
  type: "not_said";
  ref: string;
  code: string;
  retry_s: number;
}

/**
 * A renewed playlist path; every later request of the player carries its token.
 */
export interface Playlist {
  type: "playlist";
  path: string;
  until_ms: number;
}

/**
 * What "my progress" shows: proven time per session and in total, equal to the statistics of this moment.
 */
export interface Progress {
  type: "progress";
  watched_ms: number;
  checks_confirmed: number;
  checks_asked: number;
  expected: ChecksExpected | null;
  sessions: SessionProgress[];
}

/**
 * What the plan announces: `per_session` in each session, or one each `every_s` seconds of watching.
 */
export interface ChecksExpected {
  per_session: number | null;
  every_s: [number, number] | null;
}

/**
 * One session as the participant sees it; `ends_at_ms` null = still open.
 */
export interface SessionProgress {
  id: string;
  title: string;
  starts_at_ms: number | null;
  ends_at_ms: number | null;
  watched_ms: number;
  checks_confirmed: number;
  checks_missed: number;
}

/**
 * The last message before the server closes: a code that the page turns into a sentence.
 */
export interface Refused {
  type: "refused";
  code: string;
}

/**
 * The grant opens the socket until 24 h after the media's end; keep it in storage of this origin only.
 *
 * `parents`: origins that may embed this page and to which it may post messages (empty = own origin only).
 */
export interface Redeemed {
  grant: string;
  identity: "plain" | "signed";
  parents: string[];
}

export type ViewerOut = Opened | TickOut | Ack | Gap | SlowDown | Prompt | PromptClosed | Chat | ChatState | NotSaid | Media | Playlist | Progress | Refused;

/** Close codes: up to 4499 reconnect, from 4500 stop. */
export const Close = {
  SILENT: 4000,
  TOO_SLOW: 4001,
  DRAINING: 4002,
  TAKEN_OVER: 4003,
  NOT_STORED: 4004,
  TOO_LATE: 4005,
  MALFORMED: 4500,
  NO_ACCESS: 4501,
  WRONG_ORIGIN: 4502,
} as const;
