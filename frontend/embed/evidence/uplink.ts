/**
 * Decides which rows of one play go into which envelope, and when.
 *
 * Pure: it is told what the connection does and given `now_ms` of the player's clock. Per connection it remembers
 * the next row to send; acknowledgements, gaps and a request to slow down move that. Rows that the journal no longer
 * has are said to be lost, so that the sequence goes on. It opens no socket, and what proves the rows of an envelope
 * it asks of `seal`.
 */
import type { Lost, Rows } from "../../shared/wire";
import type { Entry } from "./disk";
import type { Journal } from "./journal";
import type { Sealed } from "./proofs";

/** The server takes at most 200 rows and as many epochs, of which one is the current. */
export const ROWS_PER_MESSAGE = 150;
/** State changes are sent together, at most one flush in this time. */
export const COALESCE_MS = 1_000;
/** What a browser surely still sends of a page that is being left. */
export const EXIT_BYTES = 16_384;

/** What an `Upload` adds around its one message. */
const WRAPPING_BYTES = 200;

export type Seal = (entries: readonly Entry[]) => Sealed;

export class Uplink {
  #journal: Journal;
  #seal: Seal;
  #send: (message: Rows | Lost) => void;
  #play: string | null = null;
  #next = 1;
  #quietUntil_ms = 0;
  #flushed_ms = Number.NEGATIVE_INFINITY;
  #due = false;
  #urgent = false;
  #unanswered_ms: number | null = null;

  constructor(journal: Journal, seal: Seal, send: (message: Rows | Lost) => void) {
    this.#journal = journal;
    this.#seal = seal;
    this.#send = send;
  }

  /** A connection is open for `play`: answer its tick first, then send all that is not durable. */
  connected(play: string, durable: number, now_ms: number): void {
    this.#play = play;
    this.#quietUntil_ms = 0;
    this.#unanswered_ms = null;
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

  /** A tick came: the next envelope answers it. */
  ticked(now_ms: number): void {
    this.#unanswered_ms ??= now_ms;
  }

  /** Answer it now; but if it has closed rows that will be stored in a moment, together with those. */
  answer(now_ms: number): void {
    if (this.#unanswered_ms === null) return;
    const waits = this.#play !== null && this.#journal.unstored > 0 && now_ms >= this.#quietUntil_ms;
    if (!waits && !this.flush(now_ms)) this.#post([], now_ms);
  }

  /** Send what there is as soon as it is stored. */
  hurry(now_ms: number): void {
    this.#urgent = true;
    this.flush(now_ms);
  }

  /** Rows have been stored and wait to be sent: at once where it is urgent or a tick waits, else by a `pulse`. */
  stored(now_ms: number): void {
    this.#due = true;
    if (this.#urgent || this.#unanswered_ms !== null) this.flush(now_ms);
    else this.pulse(now_ms);
  }

  /** Send what waits, but not more than once a second; and no tick waits longer than that for the disk. */
  pulse(now_ms: number): void {
    if (this.#due && now_ms - this.#flushed_ms >= COALESCE_MS) this.flush(now_ms);
    if (this.#unanswered_ms !== null && now_ms - this.#unanswered_ms >= COALESCE_MS) this.#post([], now_ms);
  }

  /** Send all stored rows not yet sent on this connection; false when nothing could go. */
  flush(now_ms: number): boolean {
    if (this.#play === null || now_ms < this.#quietUntil_ms) return false;
    this.#due = false;
    let sent = false;
    for (;;) {
      const entries = this.#journal.read(this.#next, ROWS_PER_MESSAGE);
      const [first, last] = [entries[0], entries.at(-1)];
      if (!first || !last) break;
      if (first.row.seq > this.#next) this.#lose(this.#next, first.row.seq - 1);
      this.#post(entries, now_ms);
      this.#next = last.row.seq + 1;
      this.#flushed_ms = now_ms;
      sent = true;
    }
    if (this.#journal.unstored === 0) this.#urgent = false;
    return sent;
  }

  /** The last words of a page that is being left: the oldest rows that are not durable, as many as surely go. */
  exit(now_ms: number): Rows | null {
    const next = this.#journal.durable + 1;
    let entries = this.#journal.readAtExit(next, ROWS_PER_MESSAGE);
    for (;;) {
      if (entries[0]?.row.seq !== next) return null;
      const message = this.#envelope(this.#journal.ref.id, entries, now_ms);
      if (bytesOf(message) <= EXIT_BYTES - WRAPPING_BYTES) return message;
      entries = entries.slice(0, Math.floor(entries.length * 0.8));
    }
  }

  #lose(first: number, last: number): void {
    if (this.#play !== null) this.#send({ type: "lost", play: this.#play, first, last });
  }

  #post(entries: readonly Entry[], now_ms: number): void {
    if (this.#play === null) return;
    this.#unanswered_ms = null;
    this.#send(this.#envelope(this.#play, entries, now_ms));
  }

  #envelope(play: string, entries: readonly Entry[], now_ms: number): Rows {
    return { type: "rows", play, sent_ms: now_ms, ...this.#seal(entries) };
  }
}

function bytesOf(message: Rows): number {
  return new TextEncoder().encode(JSON.stringify(message)).length;
}
