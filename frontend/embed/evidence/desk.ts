/**
 * The evidence of the current play in one place: samples in, envelopes out.
 *
 * Joins recorder, journal, proofs and uplink, and begins them anew when the server opens another play. It takes
 * samples from a function and sends through one; it knows no messages but those of evidence.
 */
import type { Lost, PlayRef, Rows, TickProof, Upload } from "../../shared/wire";
import type { Journal } from "./journal";
import { Proofs } from "./proofs";
import { type MarkDetail, type MarkKind, Recorder, type Row } from "./recorder";
import type { Sample } from "./sample";
import { Uplink } from "./uplink";

/** Where a play's journal comes from and goes to. */
export interface Shelf {
  /** Of a play that a page left a moment ago, to go on with. */
  readonly found: Journal | null;
  begin(ref: PlayRef): Journal;
  leave(journal: Journal): unknown;
}

interface Play {
  readonly ref: PlayRef;
  readonly recorder: Recorder;
  readonly journal: Journal;
  readonly proofs: Proofs;
  readonly uplink: Uplink;
}

export class EvidenceDesk {
  #sample: () => Sample;
  #send: (message: Rows | Lost) => void;
  #shelf: Shelf;
  #found: Journal | null;
  #play: Play | null = null;

  constructor(sample: () => Sample, send: (message: Rows | Lost) => void, shelf: Shelf) {
    this.#sample = sample;
    this.#send = send;
    this.#shelf = shelf;
    this.#found = shelf.found;
  }

  /** The play to go on with after the connection broke or the page was loaded anew. */
  get ref(): PlayRef | null {
    return this.#play?.ref ?? this.#found?.ref ?? null;
  }

  /** Rows that are not yet on the server's disk. */
  get waiting(): number {
    return this.#play?.journal.waiting ?? 0;
  }

  /** False once rows are in memory alone. */
  get lasting(): boolean {
    return this.#play?.journal.lasting ?? true;
  }

  opened(ref: PlayRef, tick: TickProof, durable: number): void {
    const now = this.#sample();
    if (this.#play?.ref.id !== ref.id) this.#begin(ref, durable, now);
    const play = this.#play;
    if (!play) return;
    play.proofs.tick(tick);
    record(play, play.recorder.tick(tick.n, now), now);
    play.uplink.connected(ref.id, durable, now.at_ms);
  }

  lost(): void {
    this.#play?.uplink.disconnected();
  }

  tick(tick: TickProof): void {
    this.#with((play, now) => {
      play.proofs.tick(tick);
      const closed = play.recorder.tick(tick.n, now);
      play.uplink.ticked(now.at_ms);
      record(play, closed, now);
      play.uplink.answer(now.at_ms);
    });
  }

  /** Once a second, and whenever something changed: the server hears of a change within a second. */
  look(): void {
    this.#with((play, now) => {
      record(play, play.recorder.sample(now), now);
      play.uplink.pulse(now.at_ms);
    });
  }

  mark(kind: MarkKind, check: string, detail: MarkDetail = {}): void {
    this.#with((play, now) => {
      record(play, play.recorder.mark(kind, check, now, { visible: now.visible, ...detail }), now);
      play.uplink.hurry(now.at_ms);
    });
  }

  /** The page is about to be hidden or frozen: send everything there is. */
  flush(): void {
    this.#with((play, now) => {
      record(play, play.recorder.close(now), now);
      play.uplink.hurry(now.at_ms);
    });
  }

  /** The page was frozen or in the browser's cache until now. */
  thaw(): void {
    this.#with((play, now) => record(play, play.recorder.thaw(now), now));
  }

  /** The page is being left: what to send with the last breath. */
  exit(): Upload | null {
    this.flush();
    const message = this.#play?.uplink.exit(this.#sample().at_ms);
    return this.#play && message ? { play: this.#play.ref, messages: [message] } : null;
  }

  /** This page is not to watch any more: what it has recorded is for the hand-over. */
  async end(): Promise<void> {
    this.#with((play, now) => record(play, play.recorder.close(now), now));
    const journal = this.#play?.journal ?? this.#found;
    this.#play = this.#found = null;
    if (journal) await this.#shelf.leave(journal);
  }

  acknowledged(durable: number): void {
    this.#play?.uplink.acknowledged(durable);
  }

  gap(expected: number): void {
    this.#with((play, now) => play.uplink.gap(expected, now.at_ms));
  }

  slowDown(for_ms: number): void {
    this.#with((play, now) => play.uplink.slowDown(for_ms, now.at_ms));
  }

  /** Go on with the play that was found, if that is the one the server opened. */
  #begin(ref: PlayRef, durable: number, now: Sample): void {
    const goesOn = this.#found?.ref.id === ref.id ? this.#found : null;
    for (const other of [this.#play?.journal, this.#found]) {
      if (other && other !== goesOn) this.#shelf.leave(other);
    }
    this.#found = null;
    const journal = goesOn ?? this.#shelf.begin(ref);
    const recorder = new Recorder(now, Math.max(journal.last, durable), journal.epoch);
    const proofs = new Proofs();
    proofs.epoch(recorder.epoch);
    const uplink = new Uplink(
      journal,
      (entries) => proofs.seal(entries, recorder.echo, recorder.epoch),
      this.#send,
    );
    journal.belongsTo({ stored: () => uplink.stored(this.#sample().at_ms) });
    this.#play = { ref, recorder, journal, proofs, uplink };
  }

  #with(act: (play: Play, now: Sample) => void): void {
    if (this.#play) act(this.#play, this.#sample());
  }
}

function record({ proofs, recorder, journal }: Play, closed: Row[], now: Sample): void {
  proofs.epoch(recorder.epoch);
  const { open } = recorder;
  const entries = closed.flatMap((row) => proofs.of(row));
  journal.keep(entries, open && (proofs.of(open)[0] ?? null), recorder.epoch.epoch, now.at_ms);
}
