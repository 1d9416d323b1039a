/**
 * Taking quizzes at one opened player: says to the server what is wanted of it, again after each reconnect, and keeps
 * the view up to date. It draws nothing.
 *
 * What is to be said is worked out from the view each time: a question on display that has no text, an answer that is
 * not saved, an attempt whose end is not known. So nothing is forgotten when a line breaks, and what is said twice
 * changes nothing.
 */
import type { Store } from "../../shared/store";
import type {
  AskQuizQuestion,
  Quiz,
  QuizAnswer,
  QuizFinish,
  QuizRefused,
  QuizStart,
} from "../../shared/wire";
import type { View } from "../view";
import type { KeptAnswers } from "./kept";
import {
  type Attempt,
  type Given,
  isUnresolved,
  lastResult,
  leftOf,
  mayTellMore,
  nextTurn,
  type Quizzed,
  type Quizzes,
  type Taking,
  TOO_MANY,
  unsaved,
  withBusy,
  withKept,
  withMessage,
  withPlace,
  withReply,
} from "./quizzes";

/** What is being written is saved after a pause of this, and at the latest after so long. */
export const PAUSE_MS = 800;
export const LONGEST_MS = 5_000;
/** So near the end nothing waits for a pause. */
const ENDS_SOON_MS = 2_000;
/** The server's clock has come to the end by then. */
const OVER_MS = 300;
/** When a quiz closes all its participants ask how theirs went, not all at once. */
export const SPREAD_MS = 4_000;
/** More would only wait at the server. */
const AT_ONCE = 8;

type Said = QuizStart | AskQuizQuestion | QuizAnswer | QuizFinish;
type Written = { readonly since_ms: number; readonly due_ms: number };

export class QuizTaker {
  readonly #view: Store<View>;
  readonly #send: (message: Said) => boolean;
  readonly #kept: KeptAnswers;
  readonly #load: () => Promise<unknown>;
  readonly #random: () => number;
  /** What was said over this line and has not been answered. */
  readonly #sent = new Set<string>();
  /** Attempts that are to begin, by quiz. */
  readonly #begin = new Map<string, number>();
  readonly #finish = new Set<string>();
  /** When to ask how the last attempt stands, by quiz. */
  readonly #look = new Map<string, number>();
  /** Quizzes whose running attempt was told over this line. */
  readonly #fresh = new Set<string>();
  readonly #writing = new Map<string, Written>();
  #open = false;
  #following = false;
  #entering = false;
  #wait_ms = 0;

  /** `load`: what draws a quiz; fetched when there is one. */
  constructor(
    view: Store<View>,
    send: (message: Said) => boolean,
    kept: KeptAnswers,
    load: () => Promise<unknown>,
    random: () => number = Math.random,
  ) {
    this.#view = view;
    this.#send = send;
    this.#kept = kept;
    this.#load = load;
    this.#random = random;
  }

  /** A line begins: nobody knows what of the last one arrived. */
  opened(): void {
    this.#open = true;
    this.#forget();
    this.#look.clear();
    if (this.#view.value.quizPart === "failed") void this.load();
    this.#speak();
  }

  lost(): void {
    this.#open = false;
    this.#forget();
  }

  heard(message: Quizzed): void {
    const now_ms = performance.now();
    const before = this.#find(message.quiz);
    this.#answered(message, now_ms);
    this.#set(withMessage(this.#quizzes, message, now_ms));
    if (message.type === "quiz_attempt") {
      this.#fresh.add(message.quiz);
      this.#set(withKept(this.#quizzes, message.quiz, this.#kept.take(message.attempt)));
    }
    if (message.type === "quiz") this.#turned(before, message, now_ms);
    this.#speak();
  }

  pulse(): void {
    this.#speak();
  }

  /** The participant looks at the quizzes, or away. */
  follow(following: boolean): void {
    if (following === this.#following) return;
    this.#following = following;
    if (following)
      for (const taking of this.#quizzes.filter(mayTellMore)) this.#look.set(taking.told.quiz, 0);
    this.#speak();
  }

  /** `enter`: the keyboard goes there too, as soon as it is drawn. */
  choose(quiz: string, enter = false): void {
    this.#entering = enter;
    this.#view.set({ quizChosen: quiz });
  }

  /** Whether the keyboard is to go to what has been drawn; told once. */
  entered(): boolean {
    const entering = this.#entering;
    this.#entering = false;
    return entering;
  }

  start(quiz: string): void {
    const taking = this.#find(quiz);
    if (!taking) return;
    this.#begin.set(quiz, taking.used + 1);
    this.#set(withBusy(this.#quizzes, quiz));
    this.#speak();
  }

  /** Show one question of the running attempt. */
  show(quiz: string, at: number): void {
    this.#set(withPlace(this.#quizzes, quiz, at));
    this.flush();
  }

  /** `written`: more of it may follow at once. */
  answer(quiz: string, question: string, answer: Given, written = false): void {
    const attempt = this.#find(quiz)?.attempt;
    if (!attempt) return;
    const now_ms = performance.now();
    const turn = nextTurn(attempt, question, Date.now() + this.#view.value.serverOffset_ms);
    if (written) {
      const since_ms = this.#writing.get(question)?.since_ms ?? now_ms;
      const due_ms = Math.min(now_ms + PAUSE_MS, since_ms + LONGEST_MS);
      this.#writing.set(question, { since_ms, due_ms });
    }
    this.#set(withReply(this.#quizzes, quiz, question, { answer: sendable(answer), turn }));
    this.#speak();
  }

  finish(quiz: string): void {
    const attempt = this.#find(quiz)?.attempt;
    if (!attempt) return;
    this.#finish.add(attempt.id);
    this.#set(withBusy(this.#quizzes, quiz));
    this.flush();
  }

  /** What was being written is written. */
  flush(): void {
    this.#writing.clear();
    this.#speak();
  }

  async load(): Promise<void> {
    this.#view.set({ quizPart: "coming" });
    try {
      await this.#load();
      this.#view.set({ quizPart: "here" });
    } catch {
      this.#view.set({ quizPart: "failed" });
    }
  }

  get #quizzes(): Quizzes {
    return this.#view.value.quizzes;
  }

  #find(quiz: string): Taking | undefined {
    return this.#quizzes.find((taking) => taking.told.quiz === quiz);
  }

  #set(quizzes: Quizzes): void {
    this.#view.set({ quizzes });
    this.#kept.write(quizzes);
    if (quizzes.length > 0 && this.#view.value.quizPart === null) void this.load();
  }

  /** A quiz opened, closed or changed. */
  #turned(before: Taking | undefined, { quiz, state }: Quiz, now_ms: number): void {
    const now = this.#find(quiz);
    if (!before || !now || before.told.state === state) return;
    this.#writing.clear();
    if (state === "open") {
      // Attempts whose time is not over go on.
      if (lastResult(now)?.ended_by === "closed" || isUnresolved(now)) this.#look.set(quiz, now_ms);
    } else if (isUnresolved(now) || (this.#following && mayTellMore(now))) {
      this.#look.set(quiz, now_ms + this.#random() * SPREAD_MS);
    }
  }

  #answered(message: Quizzed, now_ms: number): void {
    const { quiz } = message;
    switch (message.type) {
      case "quiz":
        return;
      case "quiz_attempt":
      case "quiz_result":
        this.#sent.delete(`quiz_start ${quiz}`);
        this.#begin.delete(quiz);
        this.#look.delete(quiz);
        if (message.type === "quiz_attempt") return;
        this.#sent.delete(`quiz_finish ${message.attempt}`);
        this.#finish.delete(message.attempt);
        this.#kept.take(message.attempt);
        return;
      case "quiz_question":
        this.#sent.delete(`ask_quiz_question ${message.attempt} ${message.question}`);
        return;
      case "quiz_saved":
        this.#sent.delete(`quiz_answer ${message.attempt} ${message.given.question}`);
        return;
      case "quiz_refused":
        this.#refused(message, now_ms);
    }
  }

  #refused({ quiz, code, attempt, question, turn, retry_s }: QuizRefused, now_ms: number): void {
    const later = code === TOO_MANY;
    if (later) this.#wait_ms = now_ms + retry_s * 1000;
    if (attempt === null) {
      this.#sent.delete(`quiz_start ${quiz}`);
      if (!later && !this.#begin.delete(quiz)) this.#look.set(quiz, Number.POSITIVE_INFINITY); // over this line
    } else if (question === null) {
      this.#sent.delete(`quiz_finish ${attempt}`);
      if (!later) this.#finish.delete(attempt);
    } else if (turn !== null) {
      this.#sent.delete(`quiz_answer ${attempt} ${question}`);
    } else if (later) {
      this.#sent.delete(`ask_quiz_question ${attempt} ${question}`);
    }
  }

  #forget(): void {
    this.#sent.clear();
    this.#fresh.clear();
    this.#wait_ms = 0;
  }

  #speak(): void {
    const now_ms = performance.now();
    if (!this.#open || now_ms < this.#wait_ms) return;
    for (const taking of this.#quizzes) {
      for (const said of this.#wanted(taking, now_ms)) {
        if (this.#sent.size >= AT_ONCE) return;
        const key = keyOf(said);
        if (this.#sent.has(key)) continue;
        if (!this.#send(said)) return;
        this.#sent.add(key);
      }
    }
  }

  /** Answers come before whatever may end their attempt. */
  *#wanted(taking: Taking, now_ms: number): Iterable<Said> {
    const { attempt, running, told } = taking;
    const open = attempt !== null && (running || isUnresolved(taking));
    if (open) yield* this.#answers(told.quiz, attempt, now_ms);
    if (open && running) {
      if (this.#following) yield* questionsOn(told.quiz, attempt);
      const settled = unsaved(attempt).length === 0;
      if (this.#finish.has(attempt.id) && settled)
        yield { type: "quiz_finish", quiz: told.quiz, attempt: attempt.id };
    }
    const ordinal = this.#begin.get(told.quiz) ?? (this.#mustLook(taking, now_ms) ? taking.used : 0);
    if (ordinal > 0) yield { type: "quiz_start", quiz: told.quiz, ordinal };
  }

  *#answers(quiz: string, attempt: Attempt, now_ms: number): Iterable<QuizAnswer> {
    const left_ms = leftOf(attempt, now_ms);
    const soon = left_ms !== null && left_ms < ENDS_SOON_MS;
    for (const [question, { answer, turn }] of unsaved(attempt)) {
      if (!soon && now_ms < (this.#writing.get(question)?.due_ms ?? 0)) continue;
      this.#writing.delete(question);
      yield { type: "quiz_answer", quiz, attempt: attempt.id, question, turn, answer };
    }
  }

  /** Whether the server has to be asked how the last attempt stands. */
  #mustLook(taking: Taking, now_ms: number): boolean {
    const { told, attempt, running, used } = taking;
    const due_ms = this.#look.get(told.quiz);
    if (due_ms !== undefined) return now_ms >= due_ms;
    if (running) {
      const over = attempt?.ends_ms != null && now_ms >= attempt.ends_ms + OVER_MS;
      return over || !this.#fresh.has(told.quiz);
    }
    return isUnresolved(taking) || (this.#following && used > 0 && !lastResult(taking));
  }
}

/** The question on display and the one after it, so that going on does not wait for the network. */
function* questionsOn(quiz: string, { id, at, questions, shown }: Attempt): Iterable<AskQuizQuestion> {
  for (const question of questions.slice(at, at + 2)) {
    if (!shown[question]) yield { type: "ask_quiz_question", quiz, attempt: id, question };
  }
}

function keyOf(said: Said): string {
  switch (said.type) {
    case "quiz_start":
      return `${said.type} ${said.quiz}`;
    case "quiz_finish":
      return `${said.type} ${said.attempt}`;
    default:
      return `${said.type} ${said.attempt} ${said.question}`;
  }
}

/** Half of a character, as an end cut off by the field's length leaves it, is no text that can be sent. */
function sendable(answer: Given): Given {
  return typeof answer === "string"
    ? answer.replace(/\p{Surrogate}/gu, "\ufffd").replaceAll("\0", "")
    : answer;
}
