// Written by scripts/wire_types.py from src/rollcall/wire. Change the Structs and run it.

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
 * Server-driven clock tick `n`, each 9 s; a row that cites it was made after it. Answer at once.
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
 *
 * `code`: the four digits to be typed (kind `code`). `question`: what is asked (kind `question`); the answer is the
 * index of the choice as text. `mac` proves that this play was sent this issue: marks about it cite both.
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
  code: string | null;
  question: Question | null;
  mac: string;
}

/**
 * What a check of kind `question` asks; the right answer is never sent.
 */
export interface Question {
  text: string;
  choices: string[];
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
 * Whether the participant's time counts now. False after a miss where the event stops counting until they are back.
 *
 * `check` is the missed one, to be named in the mark `resume`; `since_at_ms` is from when nothing counts.
 */
export interface Counting {
  type: "counting";
  counts: boolean;
  check: string | null;
  since_at_ms: number | null;
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
 *
 * `recovered_ms` is the part of `watched_ms` that came late and counts; `unverified_ms` came late and waits for a
 * reviewer; `voided_ms` does not count because a check was missed. All inside sessions.
 */
export interface Progress {
  type: "progress";
  watched_ms: number;
  recovered_ms: number;
  unverified_ms: number;
  voided_ms: number;
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

/**
 * The answer to both: messages in the order in which a socket would have brought them.
 *
 * `close` is the close code of a socket that ended here; the ranges mean what they mean there.
 */
export interface Exchanged {
  messages: (Opened | TickOut | Ack | Gap | SlowDown | Prompt | PromptClosed | Counting | Chat | ChatState | NotSaid | Media | Playlist | Progress | Refused)[];
  close: number | null;
}

export type ViewerOut = Opened | TickOut | Ack | Gap | SlowDown | Prompt | PromptClosed | Counting | Chat | ChatState | NotSaid | Media | Playlist | Progress | Refused;
