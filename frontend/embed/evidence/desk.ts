/**
 * The evidence of the current play in one place: samples in, envelopes out.
 *
 * Joins recorder, journal, proofs and uplink, and begins them anew when the server opens another play. It takes
 * samples from a function and sends through one; it knows no messages but those of evidence.
 */
import type { PlayRef, Rows, TickProof } from "../../shared/wire";
import { type Journal, MemoryJournal } from "./journal";
import { Proofs } from "./proofs";
import { type MarkDetail, type MarkKind, Recorder, type Row } from "./recorder";
import type { Sample } from "./sample";
import { Uplink } from "./uplink";

interface Play {
  readonly ref: PlayRef;
  readonly recorder: Recorder;
  readonly journal: Journal;
  readonly proofs: Proofs;
  readonly uplink: Uplink;
}

export class EvidenceDesk {
  #sample: () => Sample;
  #send: (envelope: Rows) => void;
  #play: Play | null = null;

  constructor(sample: () => Sample, send: (envelope: Rows) => void) {
    this.#sample = sample;
    this.#send = send;
  }

  /** The play to go on with after the connection broke. */
  get ref(): PlayRef | null {
    return this.#play?.ref ?? null;
  }

  /** Rows that are not yet on the server's disk. */
  get waiting(): number {
    return this.#play?.journal.waiting ?? 0;
  }

  opened(ref: PlayRef, tick: TickProof, durable: number): void {
    const now = this.#sample();
    const play = this.#play?.ref.id === ref.id ? this.#play : beginPlay(ref, now, this.#send);
    this.#play = play;
    play.proofs.tick(tick);
    record(play, play.recorder.tick(tick.n, now));
    play.uplink.connected(ref.id, durable, now.at_ms);
  }

  lost(): void {
    this.#play?.uplink.disconnected();
  }

  tick(tick: TickProof): void {
    this.#with((play, now) => {
      play.proofs.tick(tick);
      record(play, play.recorder.tick(tick.n, now));
      play.uplink.answer(now.at_ms);
    });
  }

  /** Once a second, and whenever something changed: the server hears of a change within a second. */
  look(): void {
    this.#with((play, now) => {
      record(play, play.recorder.sample(now));
      play.uplink.pulse(now.at_ms);
    });
  }

  mark(kind: MarkKind, check: string, detail: MarkDetail = {}): void {
    this.#with((play, now) => {
      record(play, play.recorder.mark(kind, check, now, { visible: now.visible, ...detail }));
      play.uplink.flush(now.at_ms);
    });
  }

  /** The page is about to be hidden or left: send everything there is. */
  flush(): void {
    this.#with((play, now) => {
      record(play, play.recorder.close(now));
      play.uplink.flush(now.at_ms);
    });
  }

  acknowledged(durable: number): void {
    this.#play?.uplink.acknowledged(durable);
    this.#play?.proofs.forget(this.#play.journal.read(durable + 1, 1)[0]);
  }

  gap(expected: number): void {
    this.#with((play, now) => play.uplink.gap(expected, now.at_ms));
  }

  slowDown(for_ms: number): void {
    this.#with((play, now) => play.uplink.slowDown(for_ms, now.at_ms));
  }

  #with(act: (play: Play, now: Sample) => void): void {
    if (this.#play) act(this.#play, this.#sample());
  }
}

function beginPlay(ref: PlayRef, first: Sample, send: (envelope: Rows) => void): Play {
  const journal = new MemoryJournal();
  const recorder = new Recorder(first);
  const proofs = new Proofs();
  proofs.epoch(recorder.epoch);
  const seal = (rows: readonly Row[]) => {
    const { echo, epoch } = recorder;
    return { epoch: epoch.epoch, echo, ...proofs.of(rows, echo, epoch.epoch) };
  };
  return { ref, journal, recorder, proofs, uplink: new Uplink(journal, seal, send) };
}

function record(play: Play, closed: Row[]): void {
  play.proofs.epoch(play.recorder.epoch);
  if (closed.length > 0) play.journal.append(closed, () => play.uplink.stored());
}
