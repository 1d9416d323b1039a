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
 *
 * `delay_ms`: a recording is played by the clock, and everybody is to see it so long after its time; null elsewhere.
 * `announcement` is what is pinned beside the picture. `dvr_s`: how far one may go back in a live broadcast, if there
 * is so much of it; it began at `started_at_ms`.
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
  delay_ms: number | null;
  announcement: string | null;
  dvr_s: number;
  started_at_ms: number | null;
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
 * reviewer; `voided_ms` does not count because a check was missed. All inside sessions. Quizzes equal the statistics
 * too, as far as each of them shows results.
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
  quizzes: QuizProgress[];
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
 * A quiz that is open, or that the participant took. `attempts_allowed` null: any number.
 *
 * `score` null: there is no attempt, one runs, or the quiz does not show results, or not yet.
 */
export interface QuizProgress {
  quiz: string;
  title: string;
  state: "closed" | "open";
  show_results: "after_attempt" | "after_close" | "never";
  attempts_allowed: number | null;
  attempts_used: number;
  running: boolean;
  score: QuizFigures | null;
}

/**
 * What the best attempt at a quiz has earned, hundredths rounded down. `passed` null: only a review can say.
 */
export interface QuizFigures {
  hundredths: number;
  max_points: number;
  percent_hundredths: number;
  passed: boolean | null;
}

/**
 * What has changed in the room after version `since`, up to `version`: messages as they are now, and removed ones.
 *
 * Whoever knows less than `since` lacks a frame. `snapshot`: forget what you have and show just these; then `more`
 * says whether there are earlier ones.
 */
export interface Chat {
  type: "chat";
  since: number;
  version: number;
  items: ChatItem[];
  removed: number[];
  snapshot: boolean;
  more: boolean;
}

/**
 * One message as it is now; `version` is its place among the others, the same for as long as it is shown.
 *
 * `by`: the number of its author. `author` null: the number is all that is shown of them. `ref`: the author's own
 * name for it. `answered` and `votes` are those of a question.
 */
export interface ChatItem {
  id: number;
  version: number;
  at_ms: number;
  kind: "message" | "question";
  by: number;
  author: string | null;
  text: string;
  ref: string | null;
  mentions: number[];
  reply: ChatQuote | null;
  votes: number;
  answered: boolean;
}

/**
 * The beginning of the message that another one answers; `text` null: it was removed.
 */
export interface ChatQuote {
  id: number;
  by: number;
  author: string | null;
  question: boolean;
  text: string | null;
}

/**
 * Messages placed below version `before`, oldest first, without a gap; `more`: there are earlier ones.
 */
export interface ChatHistory {
  type: "chat_history";
  before: number;
  items: ChatItem[];
  more: boolean;
}

/**
 * Questions to the speaker, at most 200: those not answered first, in each part those with most votes first.
 */
export interface ChatQuestions {
  type: "chat_questions";
  items: ChatItem[];
}

/**
 * How the room takes messages now; `slow_s` seconds between two of one participant (0 = no limit).
 *
 * `premoderated`: others see a message once a moderator has let it through. `authors`: whether names are shown.
 */
export interface ChatState {
  type: "chat_state";
  mode: "closed" | "open";
  slow_s: number;
  premoderated: boolean;
  authors: "names" | "pseudonyms";
}

/**
 * The participant in this room, the whole of it each time, as of a version. `number` null: nothing was written yet.
 *
 * One of an earlier version than what is known was overtaken, and says nothing.
 * `wait_ms`: how long until the next message may be written. `voted`: questions that have the participant's vote.
 */
export interface ChatMe {
  type: "chat_me";
  version: number;
  number: number | null;
  banned: boolean;
  wait_ms: number;
  voted: number[];
  own: ChatOwn[];
}

/**
 * An own message that the others do not see: it waits for a moderator, or was rejected.
 */
export interface ChatOwn {
  id: number;
  ref: string | null;
  at_ms: number;
  kind: "message" | "question";
  text: string;
  state: "rejected" | "waiting";
}

/**
 * The message `ref` was not taken: `chat_closed`, `chat_banned`, `too_many_requests` (come back in `retry_s`).
 *
 * `said_before`: it was taken earlier, and is in the room unless it was removed.
 */
export interface NotSaid {
  type: "not_said";
  ref: string;
  code: string;
  retry_s: number;
}

/**
 * A quiz that is open, or was: at opening, at each change, and to whoever arrives. Never before it is open.
 *
 * `time_limit_s` null: none; `attempts` null: any number. `mine` null: as said before, or none.
 */
export interface Quiz {
  type: "quiz";
  quiz: string;
  state: "closed" | "open";
  title: string;
  time_limit_s: number | null;
  attempts: number | null;
  pass_percent: number;
  show_results: "after_attempt" | "after_close" | "never";
  closes_at_ms: number | null;
  mine: QuizAttempts | null;
}

/**
 * How many attempts the participant has begun, and whether the last of them still runs.
 */
export interface QuizAttempts {
  used: number;
  running: boolean;
}

/**
 * A running attempt: the ids of its questions in their order, to be asked for one by one, and saved answers.
 *
 * `left_ms` is what is left on the server's clock, null without a limit. Told to all players of the participant.
 */
export interface QuizAttempt {
  type: "quiz_attempt";
  quiz: string;
  attempt: string;
  ordinal: number;
  started_at_ms: number;
  ends_at_ms: number | null;
  left_ms: number | null;
  questions: string[];
  answers: QuizGiven[];
}

/**
 * An answer that is saved, in the places that are displayed.
 */
export interface QuizGiven {
  question: string;
  turn: number;
  answer: number[] | string;
}

/**
 * One question as its attempt displays it; nothing in it says what is right. Items to be ordered are `choices`.
 */
export interface QuizQuestion {
  type: "quiz_question";
  quiz: string;
  attempt: string;
  question: string;
  kind: "multiple" | "number" | "order" | "single" | "text";
  text: string;
  points: number;
  choices: string[];
}

/**
 * An answer is on disk. Told to all players of the participant; `given.turn` may be a later one's.
 */
export interface QuizSaved {
  type: "quiz_saved";
  quiz: string;
  attempt: string;
  given: QuizGiven;
}

/**
 * An attempt that has ended; `score` null where the quiz does not show it, or not yet.
 */
export interface QuizResult {
  type: "quiz_result";
  quiz: string;
  attempt: string;
  ordinal: number;
  ended_at_ms: number;
  ended_by: "closed" | "finished" | "time";
  score: QuizScore | null;
}

/**
 * What an attempt has earned, hundredths rounded down. `passed` null: only a review can say.
 */
export interface QuizScore {
  hundredths: number;
  max_points: number;
  percent_hundredths: number;
  passed: boolean | null;
  pending_points: number;
  marks: QuizMark[];
}

/**
 * What one answer has earned; null while a person has to say. Points are hundredths, rounded down.
 */
export interface QuizMark {
  question: string;
  verdict: "partly" | "pending" | "right" | "unanswered" | "wrong";
  hundredths: number | null;
  max_points: number;
}

/**
 * What was asked of a quiz is not done; `attempt`, `question` and `turn` are those of the message.
 *
 * `code`: `quiz_not_open`, `no_attempts_left`, `attempt_over`, `no_such_question`, `wrong_answer`, or
 * `too_many_requests`: to be said again in `retry_s`.
 */
export interface QuizRefused {
  type: "quiz_refused";
  quiz: string;
  code: string;
  attempt: string | null;
  question: string | null;
  turn: number | null;
  retry_s: number;
}

/**
 * A poll that is open, or was: at opening, at each change, and to whoever arrives.
 *
 * `mine` and `results` null: as said before, or none. `removed`: there is no such poll any more.
 */
export interface PollState {
  type: "poll";
  poll: string;
  state: "closed" | "open" | "removed";
  question: string;
  choices: string[];
  max_choices: number;
  anonymous: boolean;
  changeable: boolean;
  show_results: "after_close" | "after_vote" | "live" | "never";
  mine: PollMine | null;
  results: PollCount | null;
}

/**
 * Whether the participant has voted; `choices` null where that is not known.
 */
export interface PollMine {
  voted: boolean;
  choices: number[] | null;
  turn: number;
}

/**
 * How many voted; `counted` of them are in `chosen`, which has a number for each choice.
 *
 * Of an anonymous poll the last votes are held back until there are several.
 */
export interface PollCount {
  votes: number;
  counted: number;
  chosen: number[];
}

/**
 * The vote is on disk. Told to all players of the participant; `turn` and `choices` may be an earlier vote's.
 */
export interface PollVoted {
  type: "poll_voted";
  poll: string;
  turn: number;
  choices: number[] | null;
  results: PollCount | null;
}

/**
 * New counts of a poll, at most one such message a second.
 */
export interface PollResults {
  type: "poll_results";
  poll: string;
  results: PollCount;
}

/**
 * A vote is not taken: `poll_not_open`, `wrong_choice`, or `too_many_requests`: to be said again in `retry_s`.
 */
export interface PollRefused {
  type: "poll_refused";
  poll: string;
  code: string;
  turn: number;
  retry_s: number;
}

/**
 * All that stands beside the picture, to whoever arrives and at each change.
 */
export interface Aside {
  type: "aside";
  materials: MaterialOut[];
  speaker: SpeakerOut | null;
  programme: ProgrammeItem[];
}

/**
 * A link, with its `url`, or a file, which is fetched with the token of the playlist's path.
 */
export interface MaterialOut {
  material: string;
  kind: "file" | "link";
  title: string;
  url: string | null;
  file_name: string | null;
  size_bytes: number | null;
}

/**
 * Who speaks.
 */
export interface SpeakerOut {
  name: string;
  role: string | null;
  description: string | null;
}

/**
 * One part: by moments of the server's clock, by places in a recording (`from_ms`, `to_ms`), or by order alone.
 */
export interface ProgrammeItem {
  title: string;
  speaker: SpeakerOut | null;
  starts_at_ms: number | null;
  ends_at_ms: number | null;
  from_ms: number | null;
  to_ms: number | null;
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
  messages: (Opened | TickOut | Ack | Gap | SlowDown | Prompt | PromptClosed | Counting | Media | Playlist | Progress | Chat | ChatHistory | ChatQuestions | ChatState | ChatMe | NotSaid | Quiz | QuizAttempt | QuizQuestion | QuizSaved | QuizResult | QuizRefused | PollState | PollVoted | PollResults | PollRefused | Aside | Refused)[];
  close: number | null;
}

export type ViewerOut = Opened | TickOut | Ack | Gap | SlowDown | Prompt | PromptClosed | Counting | Media | Playlist | Progress | Chat | ChatHistory | ChatQuestions | ChatState | ChatMe | NotSaid | Quiz | QuizAttempt | QuizQuestion | QuizSaved | QuizResult | QuizRefused | PollState | PollVoted | PollResults | PollRefused | Aside | Refused;
