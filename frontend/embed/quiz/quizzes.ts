/**
 * The quizzes of this media as this page knows them, as a value.
 *
 * Pure: messages of the server and answers given here in, the quizzes out. What is right is not in them. An answer
 * is here at once, and `saved` when the server has it on disk; of two to one question the one of the later turn stays.
 */
import type {
  Quiz,
  QuizAttempt,
  QuizGiven,
  QuizQuestion,
  QuizRefused,
  QuizResult,
  QuizSaved,
} from "../../shared/wire";

export type Quizzed = Quiz | QuizAttempt | QuizQuestion | QuizSaved | QuizResult | QuizRefused;
/** Places of choices as displayed, or what was written; empty is no answer. */
export type Given = QuizGiven["answer"];

export interface Reply {
  readonly answer: Given;
  readonly turn: number;
  /** On the server's disk. */
  readonly saved: boolean;
  /** Why the server did not take it. */
  readonly refused: string | null;
}

export interface Attempt {
  readonly id: string;
  readonly ordinal: number;
  readonly started_at_ms: number;
  /** On the player's clock; null without a limit. */
  readonly ends_ms: number | null;
  readonly questions: readonly string[];
  /** Those that were shown here, by id. */
  readonly shown: Readonly<Record<string, QuizQuestion>>;
  readonly replies: Readonly<Record<string, Reply>>;
  /** Which question is on display. */
  readonly at: number;
}

export interface Taking {
  readonly told: Quiz;
  /** Attempts that were begun. */
  readonly used: number;
  /** The last of them runs. */
  readonly running: boolean;
  /** It ran when this page came. */
  readonly returned: boolean;
  /** The last one that this page was told of; it stays after its end. */
  readonly attempt: Attempt | null;
  /** Of attempts that have ended, in their order. */
  readonly results: readonly QuizResult[];
  /** Beginning or finishing is under way. */
  readonly busy: boolean;
  /** Why no attempt was begun. */
  readonly refused: string | null;
}

export type Quizzes = readonly Taking[];

export const TOO_MANY = "too_many_requests";
/** What the server takes as a turn at most. */
const LAST_TURN = 2 ** 31 - 1;
const TURN_MS = 100;

export function withMessage(quizzes: Quizzes, message: Quizzed, now_ms: number): Quizzes {
  if (message.type === "quiz") return withQuiz(quizzes, message);
  return quizzes.map((taking) =>
    taking.told.quiz === message.quiz ? heard(taking, message, now_ms) : taking,
  );
}

/** An answer was given here. */
export function withReply(
  quizzes: Quizzes,
  quiz: string,
  question: string,
  given: Pick<Reply, "answer" | "turn">,
): Quizzes {
  return withAttempt(quizzes, quiz, (attempt) => replied(attempt, question, { ...given, ...UNSAVED }));
}

export function withPlace(quizzes: Quizzes, quiz: string, at: number): Quizzes {
  return withAttempt(quizzes, quiz, (attempt) => ({ ...attempt, at }));
}

/** The participant begins or finishes; the server has not said anything yet. */
export function withBusy(quizzes: Quizzes, quiz: string): Quizzes {
  return quizzes.map((taking) =>
    taking.told.quiz === quiz ? { ...taking, busy: true, refused: null } : taking,
  );
}

/** Answers of an attempt that an earlier page of this tab could not bring to the server. */
export function withKept(
  quizzes: Quizzes,
  quiz: string,
  kept: Readonly<Record<string, Pick<Reply, "answer" | "turn">>>,
): Quizzes {
  return withAttempt(quizzes, quiz, (attempt) =>
    Object.entries(kept)
      .filter(([question, { turn }]) => turn > (attempt.replies[question]?.turn ?? 0))
      .reduce((known, [question, given]) => replied(known, question, { ...given, ...UNSAVED }), attempt),
  );
}

export function isAnswered(reply: Reply | undefined): boolean {
  if (!reply) return false;
  return (typeof reply.answer === "string" ? reply.answer.trim() : reply.answer).length > 0;
}

/** Places of questions without an answer. */
export function unanswered({ questions, replies }: Attempt): readonly number[] {
  return questions.flatMap((question, at) => (isAnswered(replies[question]) ? [] : [at]));
}

/** Answers that the server has yet to take, with their questions. */
export function unsaved({ replies }: Attempt): readonly (readonly [string, Reply])[] {
  return Object.entries(replies).filter(([, { saved, refused }]) => !saved && refused === null);
}

/** Answers that never reached the server's disk. */
export function lost({ replies }: Attempt): number {
  return Object.values(replies).filter(({ saved }) => !saved).length;
}

/**
 * The turn of an answer given now: above all that are known, and by the server's clock, so that of two tabs of which
 * one was offline the later answer stays.
 */
export function nextTurn(attempt: Attempt, question: string, server_ms: number): number {
  const known = attempt.replies[question]?.turn ?? 0;
  const since = Math.floor((server_ms - attempt.started_at_ms) / TURN_MS);
  return Math.min(LAST_TURN, Math.max(known + 1, since));
}

export function leftOf({ ends_ms }: Attempt, now_ms: number): number | null {
  return ends_ms === null ? null : Math.max(0, ends_ms - now_ms);
}

/** The result of the last attempt, if it is known. */
export function lastResult({ used, results }: Taking): QuizResult | null {
  const last = results.at(-1);
  return last?.ordinal === used ? last : null;
}

/** It has ended, and how it went is yet to be told. */
export function isUnresolved({ running, attempt, results }: Taking): boolean {
  return !running && attempt !== null && results.every((each) => each.attempt !== attempt.id);
}

/** Attempts that may still begin; null: any number. */
export function attemptsLeft({ told, used }: Taking): number | null {
  return told.attempts === null ? null : Math.max(0, told.attempts - used);
}

export function mayStart(taking: Taking): boolean {
  const left = attemptsLeft(taking);
  return taking.told.state === "open" && !taking.running && !isUnresolved(taking) && left !== 0;
}

/** There is something to do that the participant has not yet done. */
export function isWaiting(taking: Taking): boolean {
  return taking.told.state === "open" && (taking.running || (taking.used === 0 && mayStart(taking)));
}

/** Whether the server may by now say more of the last attempt than it has. */
export function mayTellMore(taking: Taking): boolean {
  const last = lastResult(taking);
  if (!last) return false;
  if (last.score === null)
    return taking.told.show_results === "after_close" && taking.told.state === "closed";
  return last.score.pending_points > 0;
}

const UNSAVED = { saved: false, refused: null };

function withQuiz(quizzes: Quizzes, told: Quiz): Quizzes {
  const mine = told.mine;
  const known = quizzes.find((taking) => taking.told.quiz === told.quiz);
  const runs = (running: boolean) => running && told.state === "open";
  if (!known) {
    const running = runs(mine?.running ?? false);
    const nothing = { attempt: null, results: [], busy: false, refused: null };
    return [...quizzes, { told, used: mine?.used ?? 0, running, returned: running, ...nothing }];
  }
  const used = Math.max(known.used, mine?.used ?? 0);
  const next = { ...known, told, used, running: runs(mine?.running ?? known.running), refused: null };
  return quizzes.map((taking) => (taking === known ? next : taking));
}

function heard(taking: Taking, message: Exclude<Quizzed, Quiz>, now_ms: number): Taking {
  const { attempt } = taking;
  switch (message.type) {
    case "quiz_attempt":
      return begun(taking, message, now_ms);
    case "quiz_result":
      return ended(taking, message);
    case "quiz_refused":
      return refusedTo(taking, message);
    case "quiz_question": {
      if (attempt?.id !== message.attempt) return taking;
      return {
        ...taking,
        attempt: { ...attempt, shown: { ...attempt.shown, [message.question]: message } },
      };
    }
    case "quiz_saved": {
      if (attempt?.id !== message.attempt) return taking;
      const { question, turn, answer } = message.given;
      if (turn < (attempt.replies[question]?.turn ?? 0)) return taking;
      return {
        ...taking,
        attempt: replied(attempt, question, { answer, turn, saved: true, refused: null }),
      };
    }
  }
}

function begun(taking: Taking, message: QuizAttempt, now_ms: number): Taking {
  const known = taking.attempt?.id === message.attempt ? taking.attempt : null;
  const replies: Record<string, Reply> = {};
  for (const { question, turn, answer } of message.answers) {
    replies[question] = { answer, turn, saved: true, refused: null };
  }
  for (const [question, reply] of Object.entries(known?.replies ?? {})) {
    if (reply.turn > (replies[question]?.turn ?? 0)) replies[question] = { ...reply, ...UNSAVED };
  }
  const fresh: Attempt = {
    id: message.attempt,
    ordinal: message.ordinal,
    started_at_ms: message.started_at_ms,
    ends_ms: message.left_ms === null ? null : now_ms + message.left_ms,
    questions: message.questions,
    shown: known?.shown ?? {},
    replies,
    at: 0,
  };
  return {
    ...taking,
    used: Math.max(taking.used, message.ordinal),
    running: true,
    attempt: { ...fresh, at: known?.at ?? unanswered(fresh)[0] ?? 0 },
    results: taking.results.filter((each) => each.attempt !== message.attempt),
    busy: taking.busy && known !== null,
    refused: null,
  };
}

function ended(taking: Taking, result: QuizResult): Taking {
  const others = taking.results.filter((each) => each.attempt !== result.attempt);
  const results = [...others, result].sort((one, other) => one.ordinal - other.ordinal);
  const used = Math.max(taking.used, result.ordinal);
  if (result.ordinal < used) return { ...taking, used, results };
  return { ...taking, used, results, running: false, busy: false, refused: null };
}

function refusedTo(taking: Taking, { code, attempt, question, turn }: QuizRefused): Taking {
  if (code === TOO_MANY) return taking;
  if (attempt === null) return { ...taking, busy: false, refused: code };
  const known = taking.attempt;
  if (known?.id !== attempt) return taking;
  const reply = question === null ? undefined : known.replies[question];
  const refused =
    question !== null && reply?.turn === turn && !reply.saved
      ? replied(known, question, { ...reply, refused: code })
      : known;
  const over = code === "attempt_over";
  return {
    ...taking,
    attempt: refused,
    running: taking.running && !over,
    busy: taking.busy && question !== null,
  };
}

function replied(attempt: Attempt, question: string, reply: Reply): Attempt {
  return { ...attempt, replies: { ...attempt.replies, [question]: reply } };
}

function withAttempt(quizzes: Quizzes, quiz: string, change: (attempt: Attempt) => Attempt): Quizzes {
  return quizzes.map((taking) =>
    taking.told.quiz === quiz && taking.attempt ? { ...taking, attempt: change(taking.attempt) } : taking,
  );
}
