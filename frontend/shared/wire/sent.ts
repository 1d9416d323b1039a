// Written by scripts/wire_types.py from src/rollcall/wire. Change the Structs and run it.

/**
 * First message of each connection. With `play` the same play goes on, without one a new play opens.
 *
 * `chat` is the last chat version the page has (0 = none): it gets the tail after it, or a fresh snapshot.
 * `take_over`: the participant wants to watch here although they watch elsewhere (media with `concurrency: "ask"`).
 */
export interface Hello {
  type: "hello";
  grant: string;
  play?: PlayRef | null;
  chat?: number;
  take_over?: boolean;
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
 * frame, `answered` the participant confirmed, `sound_blocked` the browser refused the chime, `resume` the
 * participant is back after a miss that stopped the counting. `pointer`: a pointer or key moved before the answer.
 * `issued_at_ms` and `mac` are cited as the prompt said them, by the first three kinds: without them nobody was asked.
 */
export interface Mark {
  row: "mark";
  seq: number;
  epoch: number;
  tick: number;
  at_ms: number;
  mark: "answered" | "received" | "resume" | "shown" | "sound_blocked";
  check: string;
  visible?: boolean;
  trusted?: boolean;
  answer?: string | null;
  pointer?: boolean;
  issued_at_ms?: number | null;
  mac?: string | null;
}

/**
 * The player no longer has rows `first` to `last` of a play and can never send them.
 */
export interface Lost {
  type: "lost";
  play: string;
  first: number;
  last: number;
}

/**
 * The participant looks at "my progress": answered by one `progress`.
 */
export interface AskProgress {
  type: "ask_progress";
}

/**
 * A chat message, or a question to the speaker. `ref` is the page's own name for it: sent again it is the same one.
 *
 * `reply_to` is the message that is answered, `mentions` the numbers of those who are meant by it.
 */
export interface Say {
  type: "say";
  ref: string;
  text: string;
  kind?: "message" | "question";
  reply_to?: number | null;
  mentions?: number[];
}

/**
 * Vote for a question, or take the vote back: answered by `chat_me`. The same vote twice is one.
 */
export interface ChatVote {
  type: "chat_vote";
  message: number;
  on: boolean;
}

/**
 * A `chat` was lost on its way: answered by what has changed since version `after`.
 */
export interface AskChatTail {
  type: "ask_chat_tail";
  after: number;
}

/**
 * Show what was said earlier: answered by `chat_history` with the messages placed below version `before`.
 */
export interface AskChatHistory {
  type: "ask_chat_history";
  before: number;
}

/**
 * Show the questions to the speaker: answered by `chat_questions`.
 */
export interface AskChatQuestions {
  type: "ask_chat_questions";
}

/**
 * Begin the attempt `ordinal` (1 = the first), or go on with it: answered by `quiz_attempt`.
 *
 * Sent again it changes nothing, and an attempt that has ended is answered by its `quiz_result`.
 */
export interface QuizStart {
  type: "quiz_start";
  quiz: string;
  ordinal: number;
}

/**
 * Show one question of a running attempt: answered by `quiz_question`.
 */
export interface AskQuizQuestion {
  type: "ask_quiz_question";
  quiz: string;
  attempt: string;
  question: string;
}

/**
 * Save an answer: answered by `quiz_saved` once it is on disk. The same answer twice is one.
 *
 * `answer` holds places of choices as displayed, from 0, or what was written (a number too); empty takes it back.
 * `turn` is higher for a later answer to the same question: one that comes late replaces no later one.
 */
export interface QuizAnswer {
  type: "quiz_answer";
  quiz: string;
  attempt: string;
  question: string;
  turn: number;
  answer: number[] | string;
}

/**
 * End an attempt, or ask how one that has ended went: answered by `quiz_result`.
 */
export interface QuizFinish {
  type: "quiz_finish";
  quiz: string;
  attempt: string;
}

/**
 * Vote in a poll: answered by `poll_voted` once it is on disk. The same vote twice is one.
 *
 * `choices` are places of choices, from 0. `turn` is higher for a later vote, which an earlier one never replaces.
 */
export interface PollVote {
  type: "poll_vote";
  poll: string;
  turn: number;
  choices: number[];
}

/**
 * Exactly one of `token` (signed) and `user_id` (plain). `grant` is what this page kept for that token or ID.
 */
export interface Redeem {
  token?: string | null;
  user_id?: string | null;
  grant?: string | null;
}

/**
 * `POST /embed/{code}/evidence`: rows of an earlier play, or of one whose page is being left.
 *
 * The answer's messages are `tick` (to be echoed before rows of an epoch that never answered one), `ack`, `gap` and
 * `slow_down`.
 */
export interface Upload {
  play: PlayRef;
  messages: (Rows | Lost)[];
}

/**
 * `POST /embed/{code}/poll`: a turn of the viewer socket's conversation. The first turn has `hello`.
 *
 * Each later turn has a `rows` that echoes the last tick, as an answer may be lost on its way: what it brought comes
 * again until a tick of that answer or of a later one is echoed.
 */
export interface Poll {
  grant: string;
  play?: PlayRef | null;
  hello?: Hello | null;
  messages?: (Rows | Lost | AskProgress | Say | ChatVote | AskChatTail | AskChatHistory | AskChatQuestions | QuizStart | AskQuizQuestion | QuizAnswer | QuizFinish | PollVote)[];
}

export type ViewerIn = Hello | Rows | Lost | AskProgress | Say | ChatVote | AskChatTail | AskChatHistory | AskChatQuestions | QuizStart | AskQuizQuestion | QuizAnswer | QuizFinish | PollVote;
