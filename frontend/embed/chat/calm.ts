/**
 * A part that draws the chat, and not more often than one can read: what others say waits a little, what the reader does
 * is drawn with the next picture of the page.
 *
 * Measuring costs nothing extra then. A hidden page draws nothing at all.
 */
import type { PropertyValues } from "lit";
import { language } from "../../shared/i18n";
import { Redraw } from "../../shared/store";
import { Part } from "../ui/part";
import type { Room } from "./room";

const CALM_MS = 400;

export abstract class CalmPart extends Part {
  #drawn_ms = Number.NEGATIVE_INFINITY;
  /** The reader has done something, and looks at what comes of it. */
  #acted = true;
  #hurry: () => void = () => undefined;
  #room: Room | null = null;
  #language = language();

  constructor() {
    super();
    new Redraw(this, () =>
      this.store.subscribe(() => {
        if (this.#acts()) this.#hurry();
      }),
    );
  }

  /** What the reader does is drawn without waiting. */
  protected act(): void {
    this.#acted = true;
    this.#hurry();
    this.requestUpdate();
  }

  protected override async scheduleUpdate(): Promise<void> {
    const calm_ms = this.#drawn_ms + CALM_MS - performance.now();
    if (calm_ms > 0 && !this.#acts()) {
      await new Promise<void>((done) => {
        this.#hurry = done;
        window.setTimeout(done, calm_ms);
      });
    }
    await new Promise(requestAnimationFrame);
    super.scheduleUpdate();
  }

  /** Much of the view changes each second that is no business of the chat. */
  protected override shouldUpdate(changed: PropertyValues): boolean {
    return this.#acted || changed.size > 0 || this.view.room !== this.#room || language() !== this.#language;
  }

  protected override willUpdate(_changed: PropertyValues): void {
    this.#room = this.view.room;
    this.#language = language();
    this.#drawn_ms = performance.now();
    this.#acted = false;
  }

  #acts(): boolean {
    return this.#acted || this.view.room.pending.length !== this.#room?.pending.length;
  }
}
