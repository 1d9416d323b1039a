/** Waiting times between attempts: full jitter, so that thousands of players do not come back at once. */

export const BASE_MS = 500;
export const CAP_MS = 30_000;

/** How long to wait before attempt number `attempt` (from 0); `random` is in [0, 1). */
export function backoff_ms(attempt: number, random: number): number {
  return Math.round(random * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt, 16)));
}
