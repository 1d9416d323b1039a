/**
 * Rows of one living play that the server has not yet written to disk.
 *
 * A row may be sent once it is stored in the browser, and is forgotten only on a durable acknowledgement. One write
 * is under way at a time; what comes meanwhile goes with the next. Where the disk fails or does not answer, the rows
 * stay in memory and are sent from there: they survive a lost connection, not a closed page. A disk that was given up is
 * not used again for this play: by then the next page has been told to leave the play alone, so whatever came to the
 * disk would be gone on with by nobody. The next play begins on the disk again.
 */
import type { PlayRef } from "../../shared/wire";
import type { Disk, Entry, Head, Left } from "./disk";

/** A write for which a page that is awake waits longer than this never comes: the disk is given up. */
export const WRITE_WITHIN_MS = 5_000;
/** A page that is awake looks each second; of the time between two looks no more is waiting. */
const LOOK_MS = 1_500;
const REFRESH_EVERY_MS = 900;

export interface Owner {
  /** More rows may now be sent. */
  stored(): void;
}

export class Journal {
  #disk: Disk | null;
  #disown: () => boolean;
  /** No page goes on with this play from what the disk has of it. */
  #disowned: boolean;
  #owner: Owner = { stored: () => undefined };
  #head: Head;
  #entries: Entry[];
  #unwritten: Entry[] = [];
  /** Rows up to this one may be sent. */
  #stored: number;
  /** Rows up to this one are known to whoever finds the journal: the last of them perhaps as an open stretch. */
  #known: number;
  #written_ms = Number.NEGATIVE_INFINITY;
  #isWriting = false;
  #writing: Promise<void> = Promise.resolve();
  #waited_ms = 0;
  #looked_ms = 0;
  /** Asked for while a write is under way. */
  #again = false;

  /** `disown` lets no page go on with the play from the disk any more; false where that cannot be noted. */
  constructor(disk: Disk | null, { head, entries }: Left, disown: () => boolean) {
    this.#disk = disk;
    this.#disown = disown;
    this.#disowned = disk === null;
    this.#head = head;
    this.#entries = [...entries];
    this.#stored = head.last;
    this.#known = head.last;
  }

  belongsTo(owner: Owner): void {
    this.#owner = owner;
  }

  get ref(): PlayRef {
    return { id: this.#head.id, upload_key: this.#head.upload_key };
  }

  get epoch(): number {
    return this.#head.epoch;
  }

  /** The highest sequence number that was given. */
  get last(): number {
    return this.#head.last;
  }

  /** Rows up to this one are on the server's disk. */
  get durable(): number {
    return this.#head.durable;
  }

  /** How many rows are not yet stored here. */
  get unstored(): number {
    return this.#head.last - this.#stored;
  }

  get lasting(): boolean {
    return this.#disk !== null;
  }

  /** How many rows wait for their acknowledgement. */
  get waiting(): number {
    return this.#entries.length;
  }

  /**
   * Take closed rows in, and note what is open now in the newest epoch, so that a crash costs a second.
   *
   * Rows are written at once, the open stretch alone once a second.
   */
  keep(entries: readonly Entry[], open: Entry | null, epoch: number, now_ms: number): void {
    this.#entries.push(...entries);
    this.#unwritten.push(...entries);
    this.#wait(epoch, now_ms);
    this.#head = { ...this.#head, last: entries.at(-1)?.row.seq ?? this.#head.last, open, epoch };
    if (this.#waited_ms > WRITE_WITHIN_MS) this.#giveUp();
    else if (entries.length > 0 || now_ms - this.#written_ms >= REFRESH_EVERY_MS) this.#write(now_ms);
  }

  /** Stored rows from sequence number `from` on, in order, at most `limit`. */
  read(from: number, limit: number): Entry[] {
    return this.#upTo(this.#stored, from, limit);
  }

  /**
   * What a page that is being left may send without waiting for the disk: rows whose numbers the next page cannot give
   * to its own, because it knows them or does not go on with this play.
   */
  readAtExit(from: number, limit: number): Entry[] {
    return this.#upTo(this.#disowned ? this.#head.last : this.#known, from, limit);
  }

  /** Every row up to `durable` is on the server's disk. */
  forget(durable: number): void {
    if (durable <= this.#head.durable) return;
    this.#head = { ...this.#head, durable, last: Math.max(this.#head.last, durable) };
    this.#stored = Math.max(this.#stored, durable);
    const kept = this.#entries.findIndex(({ row }) => row.seq > durable);
    this.#entries = kept < 0 ? [] : this.#entries.slice(kept);
  }

  /** This page writes no more. Returns what is in memory alone, or null where all of it is on disk. */
  async finish(): Promise<Left | null> {
    await Promise.race([this.#writing, new Promise((late) => setTimeout(late, WRITE_WITHIN_MS))]);
    if (this.#isWriting) this.#giveUp();
    const kept = this.#disk !== null;
    this.#disk = null;
    const head = { ...this.#head, open: null, epoch: this.#head.epoch + 1 };
    return kept || this.#entries.length === 0 ? null : { head, entries: this.#entries };
  }

  #upTo(last: number, from: number, limit: number): Entry[] {
    const start = this.#entries.findIndex(({ row }) => row.seq >= from);
    if (start < 0) return [];
    return this.#entries.slice(start, start + limit).filter(({ row }) => row.seq <= last);
  }

  #write(now_ms: number): void {
    if (!this.#disk) this.#settle(this.#head.last);
    else if (!this.#isWriting) this.#writing = this.#run(this.#disk, now_ms);
    else this.#again = true;
  }

  async #run(disk: Disk, now_ms: number): Promise<void> {
    const head = { ...this.#head, touched_ms: Date.now() };
    const entries = this.#unwritten.splice(0).filter(({ row }) => row.seq > head.durable);
    this.#isWriting = true;
    this.#written_ms = now_ms;
    this.#waited_ms = 0;
    this.#again = false;
    try {
      await disk.write(head, entries);
    } catch {
      this.#giveUp();
      return;
    }
    if (this.#disk === null) return;
    this.#isWriting = false;
    this.#known = head.open?.row.seq ?? head.last;
    this.#settle(head.last);
    if (this.#again) await this.#run(disk, now_ms);
  }

  /** The page looks: it was awake, but for how long is known only where it has looked a moment ago. */
  #wait(epoch: number, now_ms: number): void {
    const passed_ms = Math.min(Math.max(0, now_ms - this.#looked_ms), LOOK_MS);
    const goesOn = this.#isWriting && epoch === this.#head.epoch;
    this.#waited_ms = goesOn ? this.#waited_ms + passed_ms : 0;
    this.#looked_ms = now_ms;
  }

  #giveUp(): void {
    if (this.#disk === null) return;
    this.#disk = null;
    this.#disowned = this.#disown();
    this.#isWriting = false;
    this.#waited_ms = 0;
    this.#unwritten = [];
    this.#settle(this.#head.last);
  }

  #settle(stored: number): void {
    if (stored <= this.#stored) return;
    this.#stored = stored;
    this.#owner.stored();
  }
}
