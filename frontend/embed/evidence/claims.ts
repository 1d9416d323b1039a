/**
 * Which plays of this browser are alive: a living page holds a lock named after its play, until it ends or leaves it.
 *
 * The browser frees the locks of a page that died, however it died. Where it has none, a play is alive while its
 * journal was touched a moment ago.
 */
import type { Head } from "./disk";

/** A living page touches its journal each second; a hidden one may be late. */
export const FRESH_MS = 90_000;

export interface Claims {
  /** Make the play this page's own; false when another page has it. */
  take(head: Pick<Head, "id" | "touched_ms">): Promise<boolean>;
  leave(id: string): void;
}

/** `locks` is asked for lazily: in some frames the property itself throws. */
export function openClaims(locks: () => LockManager | undefined): Claims {
  try {
    const found = locks();
    if (found) return new LockClaims(found);
  } catch {}
  return new StampClaims(Date.now);
}

export class LockClaims implements Claims {
  #locks: LockManager;
  #held = new Map<string, () => void>();

  constructor(locks: LockManager) {
    this.#locks = locks;
  }

  async take({ id }: Pick<Head, "id">): Promise<boolean> {
    return new Promise((resolve) => {
      const held = (lock: Lock | null): Promise<void> | undefined => {
        resolve(lock !== null);
        return lock ? new Promise((leave) => this.#held.set(id, leave)) : undefined;
      };
      this.#locks.request(`rollcall.play.${id}`, { ifAvailable: true }, held).catch(() => resolve(false));
    });
  }

  leave(id: string): void {
    this.#held.get(id)?.();
    this.#held.delete(id);
  }
}

export class StampClaims implements Claims {
  #now_ms: () => number;

  constructor(now_ms: () => number) {
    this.#now_ms = now_ms;
  }

  async take({ touched_ms }: Pick<Head, "touched_ms">): Promise<boolean> {
    return Math.abs(this.#now_ms() - touched_ms) > FRESH_MS;
  }

  leave(): void {}
}
