/**
 * The chat at one opened player: says what the participant says, again after each reconnect, asks for what is lacking,
 * and keeps the view up to date. It draws nothing.
 *
 * An own message is said again under its own name until the server has told what became of it, so it is in the room
 * once, however often the line breaks.
 */
import type { Store } from "../../shared/store";
import type {
  Chat,
  ChatHistory,
  ChatMe,
  ChatQuestions,
  ChatState,
  NotSaid,
  ViewerIn,
} from "../../shared/wire";
import type { View } from "../view";
import {
  lacks,
  type Pending,
  type Room,
  trimmed,
  withFrame,
  withHistory,
  withMe,
  withOwn,
  withoutOwn,
  withRefusal,
  withState,
  withVote,
} from "./room";

/** So long a frame may be late before what it brings is asked for. */
export const LATE_MS = 2_000;
const ASK_AGAIN_MS = 5_000;
/** So many messages are kept while the newest are looked at, or nothing is; they are let go many at a time. */
const KEPT = 600;
const TRIM_FROM = 900;
/** And so many while somebody reads earlier ones. */
const MOST = 30_000;

type Chatted = Chat | ChatHistory | ChatQuestions | ChatState | ChatMe | NotSaid;
export type Draft = Pick<Pending, "text" | "kind" | "reply_to" | "mentions">;

export class Talk {
  readonly #view: Store<View>;
  readonly #send: (message: ViewerIn) => boolean;
  readonly #load: () => Promise<unknown>;
  #open = false;
  #fetching = false;
  #follows = true;
  /** When earlier messages were asked for. */
  #asked_ms = 0;
  /** Since when a frame is lacking. */
  #lacks_ms: number | null = null;

  /** `load` fetches what draws the chat. */
  constructor(view: Store<View>, send: (message: ViewerIn) => boolean, load: () => Promise<unknown>) {
    this.#view = view;
    this.#send = send;
    this.#load = load;
  }

  async load(): Promise<void> {
    if (this.#fetching || this.#view.value.chatPart === "here") return;
    this.#fetching = true;
    this.#view.set({ chatPart: "coming" });
    try {
      await this.#load();
      this.#view.set({ chatPart: "here" });
    } catch {
      this.#view.set({ chatPart: "failed" });
    }
    this.#fetching = false;
  }

  heard(message: Chatted, now_ms: number): void {
    const room = this.#room;
    switch (message.type) {
      case "chat":
        this.#set(this.#trimmed(withFrame(room, message)));
        this.#look(now_ms);
        break;
      case "chat_history":
        this.#set(withHistory(room, message));
        break;
      case "chat_questions":
        this.#set({ ...room, questions: message.items });
        break;
      case "chat_state":
        this.#set(withState(room, message));
        break;
      case "chat_me":
        this.#set(withMe(room, message, now_ms));
        break;
      case "not_said":
        this.#set(withRefusal(room, message, now_ms));
        break;
    }
  }

  /** The server listens: what it has not confirmed is said again. */
  opened(): void {
    this.#open = true;
    void this.load();
    const { pending, questions } = this.#room;
    for (const each of pending) if (each.refused === null) this.#say(each);
    if (questions) this.#send({ type: "ask_chat_questions" });
  }

  lost(): void {
    this.#open = false;
    this.#lacks_ms = null;
    if (this.#room.loading) this.#set({ ...this.#room, loading: false });
  }

  pulse(now_ms: number): void {
    if (!this.#open) return;
    this.#look(now_ms);
    // Whoever reads faster than the server likes gets no answer, and asks again.
    const unanswered = this.#room.loading && now_ms - this.#asked_ms >= ASK_AGAIN_MS;
    if (unanswered) this.#set({ ...this.#room, loading: false });
    for (const each of this.#room.pending) {
      if (each.again_ms === null || now_ms < each.again_ms) continue;
      this.#change(each.ref, { again_ms: null });
      this.#say(each);
    }
  }

  say(draft: Draft, now_ms: number): void {
    const ref = crypto.getRandomValues(new Uint32Array(3)).join("-");
    const own: Pending = { ...draft, ref, refused: null, again_ms: null };
    this.#set(withOwn(this.#room, own, now_ms));
    if (this.#open) this.#say(own);
  }

  discard(ref: string): void {
    this.#set(withoutOwn(this.#room, ref));
  }

  vote(message: number, on: boolean): void {
    if (!this.#open) return;
    this.#set(withVote(this.#room, message, on));
    this.#send({ type: "chat_vote", message, on });
  }

  /** Somebody has scrolled to the earliest message that is here. */
  earlier(now_ms: number): void {
    const { items, more, loading } = this.#room;
    const before = items[0]?.version;
    if (!this.#open || !more || loading || before === undefined) return;
    this.#asked_ms = now_ms;
    this.#set({ ...this.#room, loading: true });
    this.#send({ type: "ask_chat_history", before });
  }

  askQuestions(): void {
    if (this.#open) this.#send({ type: "ask_chat_questions" });
  }

  /** Whether the newest messages are looked at: then earlier ones may be let go, and can be asked for again. */
  follow(newest: boolean): void {
    this.#follows = newest;
  }

  get #room(): Room {
    return this.#view.value.room;
  }

  /** A page that is open all day keeps no more than it needs. */
  #trimmed(room: Room): Room {
    const { length } = room.items;
    return length > (this.#follows ? TRIM_FROM : MOST)
      ? trimmed(room, this.#follows ? KEPT : MOST - KEPT)
      : room;
  }

  #set(room: Room): void {
    this.#view.set({ room });
  }

  #change(ref: string, change: Partial<Pending>): void {
    const pending = this.#room.pending.map((each) => (each.ref === ref ? { ...each, ...change } : each));
    this.#set({ ...this.#room, pending });
  }

  #say({ ref, text, kind, reply_to, mentions }: Pending): void {
    this.#send({ type: "say", ref, text, kind, reply_to, mentions: [...mentions] });
  }

  /** Ask for what a lost frame has brought, once the others have waited for it long enough. */
  #look(now_ms: number): void {
    if (!lacks(this.#room)) this.#lacks_ms = null;
    else if (this.#lacks_ms === null) this.#lacks_ms = now_ms;
    else if (now_ms - this.#lacks_ms >= LATE_MS && this.#room.greeted) {
      this.#lacks_ms = now_ms + ASK_AGAIN_MS - LATE_MS;
      this.#send({ type: "ask_chat_tail", after: this.#room.version });
    }
  }
}
