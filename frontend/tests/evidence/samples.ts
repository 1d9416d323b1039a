/** Samples for the evidence tests: one second of ordinary watching unless told otherwise. */
import type { Sample } from "../../embed/evidence/sample";

const WALL_MS = 1_700_000_000_000;
const MEDIA_MS = 1_700_000_000_000;

/** The player `at_ms` after it began, having played all the time. */
export function at(at_ms: number, change: Partial<Sample> = {}): Sample {
  return {
    at_ms,
    wall_ms: WALL_MS + at_ms,
    media_ms: MEDIA_MS + at_ms,
    state: "playing",
    cause: "user",
    visible: true,
    muted: false,
    rate: 1,
    ...change,
  };
}
