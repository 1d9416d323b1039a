/**
 * Whether a hand was at the mouse, the screen or the keyboard since a moment: one bit for each answer, never a trace.
 *
 * Only what the browser says a user did counts. A press of the mouse alone does not: a hand moves it first.
 */

interface Happened {
  readonly type: string;
  readonly isTrusted: boolean;
  readonly pointerType?: string;
}

const TYPES = ["pointermove", "pointerdown", "keydown"];

export class Activity {
  #last_ms = Number.NEGATIVE_INFINITY;

  /** Follow what happens on the page. */
  follow(page: EventTarget, now_ms: () => number): void {
    for (const type of TYPES) {
      page.addEventListener(type, (event) => this.note(event, now_ms()), { capture: true, passive: true });
    }
  }

  note(event: Happened, now_ms: number): void {
    const pressed = event.type === "pointerdown" && event.pointerType === "mouse";
    if (event.isTrusted && !pressed) this.#last_ms = now_ms;
  }

  since(moment_ms: number): boolean {
    return this.#last_ms >= moment_ms;
  }
}
