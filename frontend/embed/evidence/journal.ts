/**
 * Rows of one play that the server has not yet written to disk.
 *
 * A row may be sent once it is stored, and is forgotten only on a durable acknowledgement. The interface lets a
 * store on disk take its time: `stored` is called when the appended rows are safe.
 */
import type { Row } from "./recorder";

export interface Journal {
  append(rows: readonly Row[], stored: () => void): void;
  /** Stored rows from sequence number `from` on, in order, at most `limit`. */
  read(from: number, limit: number): Row[];
  /** Every row up to `durable` is on the server's disk. */
  forget(durable: number): void;
  /** How many rows wait for their acknowledgement. */
  readonly waiting: number;
}

/** Keeps rows in memory: they survive a lost connection, not a closed page. */
export class MemoryJournal implements Journal {
  #rows: Row[] = [];

  append(rows: readonly Row[], stored: () => void): void {
    this.#rows.push(...rows);
    stored();
  }

  read(from: number, limit: number): Row[] {
    const first = this.#rows[0];
    if (!first) return [];
    const start = Math.max(0, from - first.seq);
    return this.#rows.slice(start, start + limit);
  }

  forget(durable: number): void {
    const first = this.#rows[0];
    if (first && durable >= first.seq) this.#rows = this.#rows.slice(durable - first.seq + 1);
  }

  get waiting(): number {
    return this.#rows.length;
  }
}
