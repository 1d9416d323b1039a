/**
 * Decides which rows of one play go into which envelope, and when.
 *
 * Pure: it is told what the connection does and given `now_ms` of the player's clock. Per connection it remembers
 * the next row to send; acknowledgements, gaps and a request to slow down move that. It opens no socket, and what
 * proves the rows of an envelope it asks of `seal`.
 */
import type { Rows } from "../../shared/wire";
import type { Journal } from "./journal";
import type { Row } from "./recorder";

/** The server takes at most 200 rows and as many epochs, of which one is the current. */
export const ROWS_PER_MESSAGE = 150;
/** State changes are sent together, at most one flush in this time. */
export const COALESCE_MS = 1_000;

export type Seal = (rows: readonly Row[]) => Pick<Rows, "epoch" | "echo" | "ticks" | "epochs">;

export class Uplink {
  #journal: Journal;
  #seal: Seal;
  #send: (envelope: Rows) => void;
  #play: string | null = null;
  #next = 1;
  #quietUntil_ms = 0;
  #flushed_ms = Number.NEGATIVE_INFINITY;
  #due = false;

  constructor(journal: Journal, seal: Seal, send: (envelope: Rows) => void) {
    this.#journal = journal;
    this.#seal = seal;
    this.#send = send;
  }

  /** A connection is open for `play`: answer its tick first, then send all that is not durable. */
  connected(play: string, durable: number, now_ms: number): void {
    this.#play = play;
    this.#quietUntil_ms = 0;
    this.#journal.forget(durable);
    this.#next = durable + 1;
    this.#post([], now_ms);
    this.flush(now_ms);
  }

  disconnected(): void {
    this.#play = null;
  }

  acknowledged(durable: number): void {
    this.#journal.forget(durable);
    this.#next = Math.max(this.#next, durable + 1);
  }

  gap(expected: number, now_ms: number): void {
    this.#next = expected;
    this.flush(now_ms);
  }

  slowDown(for_ms: number, now_ms: number): void {
    this.#quietUntil_ms = now_ms + for_ms;
  }

  /** Answer a tick at once, with what is stored if the server takes it. */
  answer(now_ms: number): void {
    if (!this.flush(now_ms)) this.#post([], now_ms);
  }

  /** Rows have been stored and wait to be sent: by the next `answer` or `flush`, else by a `pulse`. */
  stored(): void {
    this.#due = true;
  }

  /** Send what waits, but not more than once a second. */
  pulse(now_ms: number): void {
    if (this.#due && now_ms - this.#flushed_ms >= COALESCE_MS) this.flush(now_ms);
  }

  /** Send all stored rows not yet sent on this connection; false when nothing could go. */
  flush(now_ms: number): boolean {
    if (this.#play === null || now_ms < this.#quietUntil_ms) return false;
    this.#due = false;
    let sent = false;
    for (;;) {
      const rows = this.#journal.read(this.#next, ROWS_PER_MESSAGE);
      const last = rows.at(-1);
      if (!last) return sent;
      this.#post(rows, now_ms);
      this.#next = last.seq + 1;
      this.#flushed_ms = now_ms;
      sent = true;
    }
  }

  #post(rows: Row[], now_ms: number): void {
    if (this.#play === null) return;
    this.#send({ type: "rows", play: this.#play, sent_ms: now_ms, ...this.#seal(rows), rows });
  }
}
