/**
 * What a viewer has to hear about time that the browser does not let count: before it happens, and after.
 *
 * A player that was never audible is stopped in a hidden tab; any player is stopped while its tab is frozen. It looks
 * at the picture when told, and returns what is to be said.
 */
import type { Notice } from "../view";
import type { Playback, PlaybackView } from "./playback";

/** Shorter pauses are not worth a word. */
const SAID_FROM_MS = 2_500;

export class Uncounted {
  #playback: Playback;
  #played_ms = 0;
  #warned = false;

  constructor(playback: Playback) {
    this.#playback = playback;
  }

  /** At each look. Returns a warning once; the button that asks for sound says it by itself. */
  look(view: PlaybackView, now_ms: number): Notice | null {
    if (!view.paused) this.#played_ms = now_ms;
    if (this.#warned || !view.moving || !view.muted || view.mutedByBrowser) return null;
    this.#warned = true;
    return { kind: "muted" };
  }

  /** Back in view: go on where the browser stopped the picture, and say for how long it did. */
  async wake(now_ms: number): Promise<Notice | null> {
    const for_ms = now_ms - this.#played_ms;
    const kind = this.#playback.video.muted ? "not_counted" : "asleep";
    const stopped = await this.#playback.wake();
    return stopped && for_ms > SAID_FROM_MS ? { kind, for_ms: Math.round(for_ms / 1000) * 1000 } : null;
  }
}
