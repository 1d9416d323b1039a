/**
 * Whether a check in its dialog can be seen: at least half of it in view (or of what the dialog can hold at once), in a
 * visible page, and not covered where the browser can tell (`trackVisibility`). A page that is not drawn is not seen
 * either.
 */
/** Not half in view for this long (the frame is scrolled away or covered): the same as a hidden page. */
const OUT_OF_VIEW_MS = 1_500;
/** In view, and yet no frame is drawn for this long: nobody sees it. */
const NOT_DRAWN_MS = 5_000;
const TRACK_MS = 100;
/** A check longer than its dialog is looked at again as it is scrolled. */
const STEPS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** What `trackVisibility` adds where there is one. */
interface Tracking extends IntersectionObserverInit {
  trackVisibility: boolean;
  delay: number;
}

export class Sight {
  #changed: () => void;
  #watch: IntersectionObserver | null = null;
  #inView = false;
  #since_ms = 0;
  #drawing_ms: number | null = null;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  begin(element: Element): void {
    this.end();
    this.#since_ms = performance.now();
    const options: Tracking = { threshold: STEPS, trackVisibility: true, delay: TRACK_MS };
    this.#watch = new IntersectionObserver((entries) => this.#look(entries), options);
    this.#watch.observe(element);
  }

  end(): void {
    this.#watch?.disconnect();
    this.#watch = null;
    this.#inView = false;
    this.#drawing_ms = null;
  }

  /** `unknown` for a moment after it came or went. */
  now(): "seen" | "hidden" | "unknown" {
    if (document.visibilityState === "hidden") return "hidden";
    const now_ms = performance.now();
    if (this.#drawing_ms !== null && now_ms - this.#drawing_ms > NOT_DRAWN_MS) return "hidden";
    if (this.#inView) return "seen";
    return now_ms - this.#since_ms > OUT_OF_VIEW_MS ? "hidden" : "unknown";
  }

  /** Call back once two frames have been drawn from now on. */
  painted(done: () => void): void {
    if (this.#drawing_ms !== null) return;
    this.#drawing_ms = performance.now();
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        this.#drawing_ms = null;
        done();
      }),
    );
  }

  #look(entries: IntersectionObserverEntry[]): void {
    const last = entries.at(-1) as (IntersectionObserverEntry & { isVisible?: boolean }) | undefined;
    const inView = last !== undefined && inViewOf(last) >= 0.5 && last.isVisible !== false;
    if (inView !== this.#inView) this.#since_ms = performance.now();
    this.#inView = inView;
    this.#changed();
  }
}

/** The share that is in view of what can be at once. */
function inViewOf({ target, intersectionRect, boundingClientRect }: IntersectionObserverEntry): number {
  const holds = target.closest("dialog")?.clientHeight ?? Number.POSITIVE_INFINITY;
  const most = boundingClientRect.width * Math.min(boundingClientRect.height, holds);
  return most > 0 ? (intersectionRect.width * intersectionRect.height) / most : 0;
}
