/**
 * Whether a stream is watched with low latency: close behind the encoder, until the network proves too slow for that.
 *
 * Pure; it is told of stalls. Whoever has stalled too often watches the classic way for as long as the page lives.
 */
const STALLS = 3;
const WITHIN_MS = 60_000;

export class Haste {
  #stalled_ms: number[] = [];
  #low = true;

  get low(): boolean {
    return this.#low;
  }

  /** The picture has run dry; true if that was once too often, so that the stream has to be started anew. */
  stalled(now_ms: number): boolean {
    if (!this.#low) return false;
    this.#stalled_ms = [...this.#stalled_ms.filter((at_ms) => now_ms - at_ms < WITHIN_MS), now_ms];
    this.#low = this.#stalled_ms.length < STALLS;
    return !this.#low;
  }
}
