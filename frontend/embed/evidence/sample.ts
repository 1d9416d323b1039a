/**
 * What the page looks like at one moment, and the rules that compare two such moments.
 *
 * Pure: knows neither the browser nor the server. Times are whole milliseconds; `at_ms` is the player's monotonic
 * clock, `wall_ms` is `Date.now()`, `media_ms` the content position.
 */
import type { Beat } from "../../shared/wire";

export type State = Beat["state"];
export type Cause = "browser" | "user";

export interface Sample {
  readonly at_ms: number;
  readonly wall_ms: number;
  readonly media_ms: number;
  readonly state: State;
  readonly cause: Cause;
  readonly visible: boolean;
  readonly muted: boolean;
  readonly rate: number;
}

/** Between samples further apart than this, playing counts at most as far as the content moved. */
export const SPARSE_MS = 5_000;
/** Beyond this the page may have slept: a new epoch begins. */
export const SLEEP_MS = 25_000;
/** The two clocks apart by more than this between two samples: one of them jumped or stood still. */
export const CLOCKS_APART_MS = 2_000;
/** The position a browser reports lags by a few frames; shorter advances than this prove no stall. */
const POSITION_LAG_MS = 100;

/** True when nothing may be concluded about the time between these two samples. */
export function breaksEpoch(before: Sample, after: Sample): boolean {
  const passed_ms = after.at_ms - before.at_ms;
  const wall_ms = after.wall_ms - before.wall_ms;
  return passed_ms < 0 || passed_ms > SLEEP_MS || Math.abs(wall_ms - passed_ms) > CLOCKS_APART_MS;
}

/** True when both samples can belong to one beat. */
export function continues(before: Sample, after: Sample): boolean {
  return (
    before.state === after.state &&
    before.cause === after.cause &&
    before.visible === after.visible &&
    before.muted === after.muted &&
    before.rate === after.rate
  );
}

/** Content that goes back, or ahead of the clock, by more than this has been moved, not played. */
const JUMPED_BACK_MS = 500;
const JUMPED_AHEAD_MS = 2_000;

/** True when the content position was moved while playing, as when a stream begins anew. */
export function jumps(before: Sample, after: Sample): boolean {
  if (before.state !== "playing" || after.state === "seeking") return false;
  const advanced_ms = after.media_ms - before.media_ms;
  const passed_ms = (after.at_ms - before.at_ms) * before.rate;
  return advanced_ms < -JUMPED_BACK_MS || advanced_ms > passed_ms + JUMPED_AHEAD_MS;
}

/** How much of a sparse stretch may count as playing, by what the content position proves. */
export function provenPlaying_ms(before: Sample, after: Sample): number {
  const passed_ms = after.at_ms - before.at_ms;
  const advanced_ms = (after.media_ms - before.media_ms) / (before.rate || 1);
  return Math.round(Math.min(passed_ms, Math.max(0, advanced_ms)));
}

/** A stretch said to be playing whose content hardly moved was a stall. */
export function judgedState(state: State, length_ms: number, advanced_ms: number, rate: number): State {
  const least_ms = (length_ms * Math.min(rate, 1)) / 2;
  return state === "playing" && advanced_ms + POSITION_LAG_MS < least_ms ? "stalled" : state;
}

/** Where the content stood at `after`, when a seek has already moved the position it reports. */
export function positionBefore_ms(before: Sample, after: Sample): number {
  if (after.state !== "seeking" || before.state === "seeking") return after.media_ms;
  const moved_ms = before.state === "playing" ? (after.at_ms - before.at_ms) * before.rate : 0;
  return Math.round(before.media_ms + moved_ms);
}
