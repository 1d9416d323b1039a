/**
 * Voting at one opened player: says a vote to the server until it is on its disk, again after each reconnect and after a
 * reload of the tab, and keeps the view up to date. It draws nothing.
 */
import type { Store } from "../../shared/store";
import type { PollVote } from "../../shared/wire";
import type { Keep } from "../host/keep";
import type { Fetcher } from "../ui/fetched";
import type { View } from "../view";
import { nextTurn, type Polled, type Polls, TOO_MANY, type Vote, withMessage, withVote } from "./polls";

const NAME = "rollcall.poll";

export class PollVoter {
  readonly part: Fetcher;
  readonly #view: Store<View>;
  readonly #send: (message: PollVote) => boolean;
  readonly #tab: Keep;
  /** Votes of an earlier page of this tab that may not have arrived, by poll. */
  readonly #earlier: Record<string, Vote>;
  /** What was said over this line and has not been answered. */
  readonly #sent = new Map<string, number>();
  #open = false;
  #entering: string | null = null;
  #wait_ms = 0;

  constructor(view: Store<View>, send: (message: PollVote) => boolean, tab: Keep, part: Fetcher) {
    this.#view = view;
    this.#send = send;
    this.#tab = tab;
    this.part = part;
    this.#earlier = read(tab.read(NAME));
  }

  /** A line begins: nobody knows what of the last one arrived. */
  opened(): void {
    this.#open = true;
    this.#forget();
    this.part.retry();
    this.#speak();
  }

  lost(): void {
    this.#open = false;
    this.#forget();
  }

  heard(message: Polled): void {
    if (message.type === "poll_voted" || message.type === "poll_refused") this.#sent.delete(message.poll);
    if (message.type === "poll_refused" && message.code === TOO_MANY) {
      this.#wait_ms = performance.now() + message.retry_s * 1000;
    }
    this.#set(withMessage(this.#polls, message));
    if (message.type === "poll") this.#again(message.poll);
    this.#speak();
  }

  pulse(): void {
    this.#speak();
  }

  vote(poll: string, choices: readonly number[]): void {
    const known = this.#polls.find((each) => each.told.poll === poll);
    if (!known) return;
    const turn = nextTurn(known, Date.now() + this.#view.value.serverOffset_ms);
    this.#sent.delete(poll);
    this.#set(withVote(this.#polls, poll, { choices, turn }));
    this.#speak();
  }

  /** The keyboard goes to this poll as soon as it is drawn. */
  enter(poll: string): void {
    this.#entering = poll;
    this.#view.set({ polls: [...this.#polls] });
  }

  /** The poll that the keyboard is to go to; told once. */
  entered(): string | null {
    const poll = this.#entering;
    this.#entering = null;
    return poll;
  }

  get #polls(): Polls {
    return this.#view.value.polls;
  }

  #set(polls: Polls): void {
    this.#view.set({ polls });
    if (polls.length > 0) this.part.need();
    this.#keep(polls);
  }

  /** What an earlier page of this tab wanted to say, if the poll still stands. */
  #again(poll: string): void {
    const vote = this.#earlier[poll];
    const known = this.#polls.find((each) => each.told.poll === poll);
    delete this.#earlier[poll];
    if (vote && known && vote.turn > known.turn && !(known.voted && !known.told.changeable)) {
      this.#set(withVote(this.#polls, poll, vote));
    }
    this.#keep(this.#polls);
  }

  #keep(polls: Polls): void {
    const pending = polls.flatMap(({ told, pending }) => (pending ? [[told.poll, pending] as const] : []));
    const all = { ...this.#earlier, ...Object.fromEntries(pending) };
    try {
      if (Object.keys(all).length > 0) this.#tab.write(NAME, JSON.stringify(all));
      else this.#tab.remove(NAME);
    } catch {
      // A full storage: they are still in this page.
    }
  }

  #forget(): void {
    this.#sent.clear();
    this.#wait_ms = 0;
  }

  #speak(): void {
    if (!this.#open || performance.now() < this.#wait_ms) return;
    for (const { told, pending } of this.#polls) {
      if (!pending || this.#sent.get(told.poll) === pending.turn) continue;
      const { turn, choices } = pending;
      if (!this.#send({ type: "poll_vote", poll: told.poll, turn, choices: [...choices] })) return;
      this.#sent.set(told.poll, turn);
    }
  }
}

function read(text: string | null): Record<string, Vote> {
  try {
    return JSON.parse(text ?? "{}") as Record<string, Vote>;
  } catch {
    return {};
  }
}
