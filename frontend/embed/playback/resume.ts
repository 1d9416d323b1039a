/** Where somebody was in a recording, kept by the browser for the next visit. Without storage it starts anew. */

/** Nearer to either end than this is not worth a jump. */
const EDGE_S = 15;
const KEPT = 50;

interface Place {
  readonly position_s: number;
  readonly at_ms: number;
}

/** What of the browser's storage is used here. */
export type Cupboard = Pick<Storage, "getItem" | "setItem">;

export class Resume {
  #cupboard: Cupboard | null;
  #media: string;

  constructor(cupboard: Cupboard | null, media: string) {
    this.#cupboard = cupboard;
    this.#media = media;
  }

  /** The position to go on from; 0: the beginning. */
  get position_s(): number {
    return this.#places()[this.#media]?.position_s ?? 0;
  }

  note(position_s: number, duration_s: number): void {
    const worth = position_s >= EDGE_S && position_s <= duration_s - EDGE_S;
    const { [this.#media]: _, ...others } = this.#places();
    const places = worth
      ? { ...others, [this.#media]: { position_s: Math.floor(position_s), at_ms: Date.now() } }
      : others;
    const newest = Object.entries(places).sort(([, a], [, b]) => b.at_ms - a.at_ms);
    try {
      this.#cupboard?.setItem(KEY, JSON.stringify(Object.fromEntries(newest.slice(0, KEPT))));
    } catch {
      this.#cupboard = null; // full, or refused
    }
  }

  #places(): Record<string, Place> {
    try {
      const places: unknown = JSON.parse(this.#cupboard?.getItem(KEY) ?? "{}");
      return typeof places === "object" && places !== null ? (places as Record<string, Place>) : {};
    } catch {
      return {};
    }
  }
}

const KEY = "rollcall-places";

/** The browser's storage, or null where the page has none. */
export function cupboard(): Cupboard | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
