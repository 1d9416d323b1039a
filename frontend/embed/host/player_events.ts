/**
 * What the embedding page hears of the picture: each change once, and where it is every few seconds.
 *
 * Pure: it is given looks at the picture and the time, and hands messages on.
 */
import type { State } from "../evidence/sample";
import type { Place, ToParent } from "./parent";

const TIME_EVERY_MS = 5_000;

/** The picture at one moment. */
export interface Seen extends Place {
  readonly state: State;
}

type Phase = "play" | "pause" | "stop";

export class PlayerEvents {
  #tell: (message: ToParent) => void;
  #told: Phase | null = null;
  #tellTime_ms = Number.NEGATIVE_INFINITY;

  constructor(tell: (message: ToParent) => void) {
    this.#tell = tell;
  }

  /** At each change of the picture, and about once a second. */
  look({ state, position_ms, duration_ms }: Seen, now_ms: number): void {
    const phase = phaseOf(state);
    const place = { position_ms, duration_ms };
    if (follows(phase, this.#told)) {
      this.#told = phase;
      this.#tell({ type: phase, ...place });
    }
    if (state === "playing" && now_ms >= this.#tellTime_ms) {
      this.#tellTime_ms = now_ms + TIME_EVERY_MS;
      this.#tell({ type: "time", ...place });
    }
  }
}

/** A picture that is waited for is one that plays: nobody has stopped it. */
function phaseOf(state: State): Phase {
  if (state === "ended") return "stop";
  return state === "paused" ? "pause" : "play";
}

/** What has not begun neither pauses nor stops, and what has stopped does not pause. */
function follows(phase: Phase, told: Phase | null): boolean {
  if (phase === "play") return told !== "play";
  if (phase === "pause") return told === "play";
  return told === "play" || told === "pause";
}
