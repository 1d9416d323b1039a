/**
 * One viewer socket that comes back: opening, saying hello, noticing silence, retrying with jitter, stopping.
 *
 * It knows the close codes and nothing of what the messages mean. The browser's WebSocket, the clock and chance are
 * given to it; `pulse` is called about once a second, also where timers of the page are throttled.
 */
import { Close, type ViewerIn, type ViewerOut } from "../../shared/wire";
import { backoff_ms } from "./backoff";
import type { Listener } from "./listener";

/** Nothing heard for this long: the connection is dead, whatever the browser thinks. */
export const SILENCE_MS = 25_000;
/** A socket that has not opened after this long is being swallowed on its way. */
export const OPEN_WITHIN_MS = 15_000;
/** After coming back into view a connection must prove itself this fast. */
export const PROBE_MS = 5_000;
/** A connection that lived this long was good: the next loss starts from the shortest wait again. */
export const GOOD_MS = 10_000;

/** The part of a WebSocket that is used. */
export type Wire = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose">;

export interface Surroundings {
  open(): Wire;
  now_ms(): number;
  random(): number;
}

export type Condition = "idle" | "connecting" | "open" | "waiting" | "stopped";

export class ViewerSocket {
  #around: Surroundings;
  #listener: Listener;
  #wire: Wire | null = null;
  #attempt = 0;
  #heard_ms = 0;
  #connected_ms = Number.POSITIVE_INFINITY;
  #deadline_ms = 0;
  condition: Condition = "idle";

  constructor(around: Surroundings, listener: Listener) {
    this.#around = around;
    this.#listener = listener;
  }

  start(): void {
    if (this.condition === "idle") this.#connect();
  }

  send(message: ViewerIn): boolean {
    if (this.condition !== "open") return false;
    this.#wire?.send(JSON.stringify(message));
    return true;
  }

  pulse(): void {
    const now_ms = this.#around.now_ms();
    if (this.condition === "waiting" && now_ms >= this.#deadline_ms) this.#connect();
    else if (this.#wire && now_ms >= this.#deadline_ms) this.#drop();
  }

  /** The page came back into view: a zombie of a socket is noticed in seconds. `question` is always answered. */
  probe(question: ViewerIn): void {
    const now_ms = this.#around.now_ms();
    if (this.condition === "waiting") this.#deadline_ms = Math.min(this.#deadline_ms, now_ms);
    else if (this.condition === "open" && now_ms - this.#heard_ms > PROBE_MS && this.send(question)) {
      this.#deadline_ms = Math.min(this.#deadline_ms, now_ms + PROBE_MS);
    }
    this.pulse();
  }

  /** Try again no sooner than this. */
  rest(for_ms: number): void {
    if (this.condition === "waiting") this.#deadline_ms = this.#around.now_ms() + for_ms;
  }

  stop(): void {
    this.condition = "stopped";
    this.#release()?.close();
  }

  #connect(): void {
    this.condition = "connecting";
    this.#deadline_ms = this.#around.now_ms() + OPEN_WITHIN_MS;
    const wire = this.#around.open();
    this.#wire = wire;
    wire.onopen = () => {
      this.condition = "open";
      this.#hear();
      this.#connected_ms = this.#heard_ms;
      wire.send(JSON.stringify(this.#listener.hello()));
    };
    wire.onmessage = ({ data }) => {
      this.#hear();
      this.#listener.message(JSON.parse(String(data)) as ViewerOut);
    };
    wire.onclose = ({ code }) => this.#closed(code);
  }

  #hear(): void {
    this.#heard_ms = this.#around.now_ms();
    this.#deadline_ms = this.#heard_ms + SILENCE_MS;
  }

  #drop(): void {
    const wire = this.#wire;
    this.#closed(Close.SILENT);
    wire?.close();
  }

  #closed(code: number): void {
    this.#release();
    if (code >= Close.MALFORMED) {
      this.condition = "stopped";
      this.#listener.stopped(code);
      return;
    }
    this.condition = "waiting";
    if (this.#around.now_ms() - this.#connected_ms >= GOOD_MS) this.#attempt = 0;
    this.#connected_ms = Number.POSITIVE_INFINITY;
    const wait_ms = backoff_ms(this.#attempt, this.#around.random());
    this.#attempt += 1;
    this.#deadline_ms = this.#around.now_ms() + wait_ms;
    setTimeout(() => this.pulse(), wait_ms + 1);
    this.#listener.lost();
  }

  #release(): Wire | null {
    const wire = this.#wire;
    if (wire) wire.onopen = wire.onmessage = wire.onclose = null;
    this.#wire = null;
    return wire;
  }
}
