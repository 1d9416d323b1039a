/**
 * How far back somebody may go in a live broadcast, and where: pure arithmetic of seconds behind it.
 *
 * Who is behind watches the broadcast as it was so long ago, from a playlist of its own.
 */

/** Nearer to the broadcast than this is at it: a player needs some seconds in hand in any case. */
export const NEAR_S = 15;
/** The bar of a broadcast moves in such steps. */
export const STEP_S = 5;
/** How far behind the newest picture of its playlist such a player plays. */
const IN_HAND_S = 7;

/** What of a broadcast may be gone back to; `started_at_ms`: when it had its first picture. */
export interface Past {
  readonly dvr_s: number;
  readonly started_at_ms: number | null;
}

/** How far one may go back now, in whole steps, as seconds; 0: not at all. */
export function reach_s({ dvr_s, started_at_ms }: Past, now_ms: number): number {
  if (dvr_s === 0 || started_at_ms === null) return 0;
  const reach = Math.min(dvr_s, Math.floor((now_ms - started_at_ms) / 1000) - NEAR_S);
  return reach < NEAR_S ? 0 : reach - (reach % STEP_S);
}

/** The playlist to ask for by whoever wants to be so far behind; null: that is the broadcast itself. */
export function wanted_s(behind_s: number, reach: number): number | null {
  const within = Math.min(behind_s, reach);
  return within < NEAR_S ? null : Math.round(within - IN_HAND_S);
}

/** How far behind a picture is, in seconds; 0 where that is not known. */
export function behind_s(programme_ms: number | null, now_ms: number): number {
  return programme_ms === null ? 0 : Math.max(0, (now_ms - programme_ms) / 1000);
}
