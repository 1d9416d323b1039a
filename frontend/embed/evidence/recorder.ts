/**
 * Turns samples, ticks and marks of one play into its dense sequence of rows.
 *
 * Pure: the samples carry the clocks. It holds the one open stretch and cuts it at each tick, at each change of
 * what the viewer does, at each mark and at the latest after nine seconds. It does not know where rows go.
 */
import type { Beat, Echo, Epoch, Mark } from "../../shared/wire";
import {
  breaksEpoch,
  continues,
  judgedState,
  jumps,
  positionBefore_ms,
  provenPlaying_ms,
  type Sample,
  SPARSE_MS,
  type State,
} from "./sample";

export type Row = Beat | Mark;
export type MarkKind = Mark["mark"];
/** `issued_at_ms` and `mac`: of the prompt, as this play was sent it. */
export type MarkDetail = Pick<Mark, "visible" | "trusted" | "answer" | "pointer" | "issued_at_ms" | "mac">;

export const LONGEST_BEAT_MS = 9_000;

interface Cited {
  readonly tick: number;
  readonly received_ms: number;
  readonly epoch: number;
}

/** Where an open stretch began: its clock, its content position, the tick it cites. */
interface Start {
  readonly at_ms: number;
  readonly media_ms: number;
  readonly tick: number;
}

export class Recorder {
  #seq: number;
  #epoch: Epoch;
  #last: Sample;
  #start: Start;
  #cited: Cited = { tick: 0, received_ms: 0, epoch: -1 };
  #rows: Row[] = [];

  /** `seq`: the last number this play has used; `epoch`: the one that begins now. */
  constructor(first: Sample, seq = 0, epoch = 0) {
    this.#seq = seq;
    this.#last = first;
    this.#epoch = { epoch, from_ms: first.at_ms, wall_ms: first.wall_ms };
    this.#start = { at_ms: first.at_ms, media_ms: first.media_ms, tick: 0 };
  }

  /** Where the current epoch of the player's clock began. */
  get epoch(): Epoch {
    return this.#epoch;
  }

  /** The tick to answer, or null while none has come in this epoch of the clock. */
  get echo(): Echo | null {
    if (this.#cited.epoch !== this.#epoch.epoch) return null;
    return { tick: this.#cited.tick, received_ms: this.#cited.received_ms };
  }

  /** A regular look at the player, or one made because something changed. Returns the rows it closed. */
  sample(sample: Sample): Row[] {
    this.#advance(sample);
    if (sample.at_ms - this.#start.at_ms >= LONGEST_BEAT_MS) this.#cut(sample.at_ms, sample.media_ms);
    return this.#take();
  }

  /** Tick `n` has just arrived: what was open cites its predecessor, what follows cites `n`. */
  tick(tick: number, sample: Sample): Row[] {
    this.#advance(sample);
    this.#cut(sample.at_ms, sample.media_ms);
    this.#cited = { tick, received_ms: sample.at_ms, epoch: this.#epoch.epoch };
    this.#start = { ...this.#start, tick };
    return this.#take();
  }

  /** Something happened to a check's prompt just now. */
  mark(mark: MarkKind, check: string, sample: Sample, detail: MarkDetail = {}): Row[] {
    this.#advance(sample);
    this.#cut(sample.at_ms, sample.media_ms);
    const place = { seq: ++this.#seq, epoch: this.#epoch.epoch, tick: this.#cited.tick };
    this.#rows.push({ row: "mark", ...place, at_ms: sample.at_ms, mark, check, ...detail });
    return this.#take();
  }

  /** Close what is open, for a flush that must carry everything known. */
  close(sample: Sample): Row[] {
    this.#advance(sample);
    this.#cut(sample.at_ms, sample.media_ms);
    return this.#take();
  }

  /** The page was frozen until now, or came back from the browser's cache: nothing is known of the time between. */
  thaw(sample: Sample): Row[] {
    this.#beginEpoch(this.#last, sample);
    this.#last = sample;
    return this.#take();
  }

  /** The open stretch as the row it would become if it ended at the last look; null while it has no length. */
  get open(): Beat | null {
    return this.#beat(this.#last.at_ms, this.#last.media_ms, this.#last.state);
  }

  #advance(sample: Sample): void {
    const last = this.#last;
    if (breaksEpoch(last, sample)) this.#beginEpoch(last, sample);
    else if (sample.at_ms - last.at_ms > SPARSE_MS) this.#crossSparse(last, sample);
    else this.#step(last, sample);
    this.#last = sample;
  }

  /** What was proven up to a jump of the content stands for itself. */
  #step(last: Sample, sample: Sample): void {
    if (jumps(last, sample)) this.#cut(last.at_ms, last.media_ms, sample.media_ms);
    if (!continues(last, sample)) this.#cut(sample.at_ms, positionBefore_ms(last, sample), sample.media_ms);
  }

  /** What the content proves up to a moment ago was played before the clocks parted; nothing else is. */
  #beginEpoch(last: Sample, sample: Sample): void {
    this.#cut(last.at_ms, last.media_ms);
    const passed_ms = sample.at_ms - last.at_ms;
    if (last.state === "playing" && passed_ms > 0 && passed_ms <= SPARSE_MS) {
      const proven_ms = provenPlaying_ms(last, sample);
      this.#cut(last.at_ms + proven_ms, last.media_ms + Math.round(proven_ms * last.rate));
    }
    this.#epoch = { epoch: this.#epoch.epoch + 1, from_ms: sample.at_ms, wall_ms: sample.wall_ms };
    this.#open(sample.at_ms, sample.media_ms);
  }

  /** Nobody looked for a while: count what the content proves, and the rest as a stall. */
  #crossSparse(last: Sample, sample: Sample): void {
    this.#cut(last.at_ms, last.media_ms);
    if (last.state === "playing") {
      const proven_ms = provenPlaying_ms(last, sample);
      if (proven_ms < sample.at_ms - last.at_ms) {
        this.#cut(last.at_ms + proven_ms, last.media_ms + Math.round(proven_ms * last.rate));
        this.#cut(sample.at_ms, this.#start.media_ms, sample.media_ms, "stalled");
        return;
      }
    }
    this.#cut(sample.at_ms, positionBefore_ms(last, sample), sample.media_ms);
  }

  #cut(
    to_ms: number,
    media_to_ms: number,
    nextMedia_ms = media_to_ms,
    state: State = this.#last.state,
  ): void {
    const beat = this.#beat(to_ms, media_to_ms, state);
    if (beat) {
      this.#seq = beat.seq;
      this.#rows.push(beat);
    }
    this.#open(to_ms, nextMedia_ms);
  }

  #beat(to_ms: number, media_to_ms: number, state: State): Beat | null {
    const { at_ms, media_ms, tick } = this.#start;
    if (to_ms <= at_ms) return null;
    const { cause, visible, muted, rate } = this.#last;
    return {
      row: "beat",
      seq: this.#seq + 1,
      epoch: this.#epoch.epoch,
      tick,
      from_ms: at_ms,
      to_ms,
      media_from_ms: media_ms,
      media_to_ms,
      state: judgedState(state, to_ms - at_ms, media_to_ms - media_ms, rate),
      cause,
      visible,
      muted,
      rate,
    };
  }

  #open(at_ms: number, media_ms: number): void {
    this.#start = { at_ms, media_ms, tick: this.#cited.tick };
  }

  #take(): Row[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }
}
