/**
 * How far a player is from where everybody is to be in a recording that is played by the clock.
 *
 * Pure. Whoever is a little beside it is left in peace: a jump costs a moment of picture.
 */
const TOLERATED_MS = 150;
const EVERY_MS = 4_000;

export class Schedule {
  #jumped_ms = Number.NEGATIVE_INFINITY;

  /** How far to jump, in seconds, or 0. All are Unix milliseconds; `programme_ms`: of the picture that is seen. */
  jump_s(now_ms: number, programme_ms: number, delay_ms: number): number {
    const off_ms = now_ms - delay_ms - programme_ms;
    if (Math.abs(off_ms) <= TOLERATED_MS || now_ms - this.#jumped_ms < EVERY_MS) return 0;
    this.#jumped_ms = now_ms;
    return off_ms / 1000;
  }
}
