/**
 * The conversation with the page that embeds this one: what it is told, and what it may ask.
 *
 * Messages go to one exact origin that the project allows, never to "*"; wishes are taken from that window and
 * origin only. It does not know the player.
 */
import type { Dialect } from "./address";
import { actionOf, inBoomstream } from "./boomstream";

/** Where the picture is: in the file, or programme time (Unix ms) of a broadcast, whose length is not known (0). */
export interface Place {
  readonly position_ms: number;
  readonly duration_ms: number;
}

export type ToParent =
  | { type: "loaded" }
  | ({ type: "play" | "pause" | "stop" | "time" | "seek" } & Place)
  | { type: "full_screen"; on: boolean }
  | { type: "focus"; focused: boolean }
  | { type: "check_shown"; check: string; hidden: boolean; left_ms: number }
  | { type: "check_confirmed" | "check_missed"; check: string }
  | { type: "access_denied"; code: string };

export type Wish =
  | { type: "play" | "pause" | "mute" | "unmute" }
  | { type: "volume"; volume: number }
  | { type: "seek"; position_s: number };

/** Where this page is embedded, or null when it stands alone or the browser will not say. */
export function parentOrigin(page: Window): string | null {
  if (page.parent === page) return null;
  const nearest = page.location.ancestorOrigins?.[0];
  if (nearest) return nearest;
  try {
    return page.document.referrer ? new URL(page.document.referrer).origin : null;
  } catch {
    return null;
  }
}

/** The origin to address, if the project allows it; its own is always allowed. */
export function allowedParent(parent: string | null, allowed: readonly string[], own: string): string | null {
  return parent !== null && (parent === own || allowed.includes(parent)) ? parent : null;
}

export function readWish(data: unknown): Wish | null {
  if (typeof data !== "object" || data === null) return null;
  const { type, volume } = data as { type?: unknown; volume?: unknown };
  if (type === "play" || type === "pause" || type === "mute" || type === "unmute") return { type };
  if (type === "volume" && typeof volume === "number" && volume >= 0 && volume <= 1) return { type, volume };
  return null;
}

export class ParentPage {
  #page: Window;
  #media: string;
  #dialect: Dialect;
  #origin: string | null = null;

  constructor(page: Window, media: string, dialect: Dialect, wish: (wish: Wish) => void) {
    this.#page = page;
    this.#media = media;
    this.#dialect = dialect;
    page.addEventListener("message", (event) => {
      if (this.#origin === null || event.origin !== this.#origin || event.source !== page.parent) return;
      const wanted = dialect === "boomstream" ? actionOf(event.data, media) : readWish(event.data);
      if (wanted) wish(wanted);
    });
  }

  allow(parents: readonly string[]): void {
    this.#origin = allowedParent(parentOrigin(this.#page), parents, this.#page.location.origin);
  }

  tell(message: ToParent): void {
    if (this.#origin === null) return;
    const ours = { source: "rollcall", media: this.#media, ...message };
    this.#page.parent.postMessage(ours, this.#origin);
    const theirs = this.#dialect === "boomstream" ? inBoomstream(message, this.#media) : null;
    if (theirs) this.#page.parent.postMessage(theirs, this.#origin);
  }
}
