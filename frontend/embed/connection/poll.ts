/**
 * The viewer socket's conversation in turns by POST, where proxies break sockets: one request at a time.
 *
 * A turn brings a tick, the next one what the tick closed: a second later, so that a browser that dies has lost no
 * more than over a socket. Then nothing is said until the next tick is due.
 * What is said waits for the next turn; each answer brings what a socket would have brought meanwhile. A turn that
 * fails ends it: the evidence is still in the journal, and what was asked is asked again. It knows nothing of what
 * the messages mean but that `opened` names the play; `pulse` is called about once a second.
 */
import { Close, type PlayRef, type Poll, type ViewerIn, type ViewerOut } from "../../shared/wire";
import type { Turn } from "./exchange";
import type { Listener } from "./listener";

export const EVERY_MS = 6_000;
export const HURRIED_MS = 2_000;
/** What was recorded goes with the next pulse; these may come a little early. */
const RECORDED_MS = 500;
/** The server takes at most this many messages a turn. */
export const PER_TURN = 20;

/** Whoever takes a quiz, votes or writes in the chat waits for each answer. */
const AWAITED: ReadonlySet<string> = new Set([
  "say",
  "chat_vote",
  "ask_chat_history",
  "ask_chat_questions",
  "quiz_start",
  "ask_quiz_question",
  "quiz_answer",
  "quiz_finish",
  "poll_vote",
]);

type Said = NonNullable<Poll["messages"]>[number];

export interface Surroundings {
  turn(body: Poll): Promise<Turn>;
  now_ms(): number;
  /** A check is open: its answer must not wait long. */
  hurried(): boolean;
}

export class ViewerPoll {
  #around: Surroundings;
  #listener: Listener;
  #said: Said[] = [];
  #grant = "";
  #play: PlayRef | null = null;
  #turn = 0;
  #underWay = false;
  #taken_ms = 0;
  #full = false;
  /** Rows wait for the next turn. */
  #recorded = false;
  /** Somebody looks at the page and waits for the answer. */
  #asked = false;
  running = false;

  constructor(around: Surroundings, listener: Listener) {
    this.#around = around;
    this.#listener = listener;
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.#play = null;
    this.#turn += 1;
    void this.#take();
  }

  /** Returns what was said and has not gone. */
  stop(): Said[] {
    this.running = false;
    this.#turn += 1;
    this.#underWay = false;
    this.#asked = false;
    return this.#said.splice(0);
  }

  send(message: ViewerIn): boolean {
    if (!this.running || this.#play === null || message.type === "hello") return false;
    this.#said.push(message);
    this.#recorded ||= message.type === "rows" && message.rows.length > 0;
    if (AWAITED.has(message.type) && !this.#asked) {
      this.#asked = true;
      queueMicrotask(() => this.hurry()); // with what else is being said
    }
    return true;
  }

  pulse(): void {
    const every_ms = this.#recorded ? RECORDED_MS : this.#around.hurried() ? HURRIED_MS : EVERY_MS;
    if (this.#around.now_ms() - this.#taken_ms >= every_ms) this.hurry();
  }

  /** Take the next turn now, unless one is under way. */
  hurry(): void {
    if (this.running && !this.#underWay) void this.#take();
  }

  async #take(): Promise<void> {
    const turn = this.#turn;
    this.#underWay = true;
    this.#taken_ms = this.#around.now_ms();
    const answer = await this.#around.turn(this.#body());
    if (turn !== this.#turn) return;
    this.#underWay = false;
    if (answer === "refused" || answer === "away") this.#end(null);
    else this.#hear(answer.messages, answer.close ?? null);
  }

  #body(): Poll {
    this.#full = this.#said.length > PER_TURN;
    const messages = this.#said.splice(0, PER_TURN);
    this.#recorded = false;
    this.#asked = false;
    if (this.#play) return { grant: this.#grant, play: this.#play, messages };
    const hello = this.#listener.hello();
    this.#grant = hello.grant;
    return { grant: hello.grant, hello };
  }

  /** The echo of the first answer goes with the next pulse; a turn that could not take everything is followed at once. */
  #hear(messages: readonly ViewerOut[], close: number | null): void {
    let first = false;
    for (const message of messages) {
      if (message.type === "opened") {
        first = this.#play === null;
        this.#play = { id: message.play, upload_key: message.upload_key };
      }
      this.#listener.message(message);
    }
    if (close !== null) this.#end(close);
    else if (this.#full || this.#asked) this.hurry();
    else if (first) this.#taken_ms = Number.NEGATIVE_INFINITY;
  }

  #end(close: number | null): void {
    this.stop();
    if (close !== null && close >= Close.MALFORMED) this.#listener.stopped(close);
    else this.#listener.lost();
  }
}
