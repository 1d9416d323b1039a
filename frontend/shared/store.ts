/** A value that changes and those who redraw when it does. */
import type { ReactiveController, ReactiveControllerHost } from "lit";

export class Store<T extends object> {
  #value: T;
  #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Replace some fields; listeners hear of it only when one is really another. */
  set(change: Partial<T>): void {
    const changed = Object.entries(change).some(([name, next]) => this.#value[name as keyof T] !== next);
    if (!changed) return;
    this.#value = { ...this.#value, ...change };
    for (const listener of this.#listeners) listener(this.#value);
  }

  subscribe(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** Redraws a component whenever the source calls back; `subscribe` returns how to stop. */
export class Redraw implements ReactiveController {
  #host: ReactiveControllerHost;
  #subscribe: (redraw: () => void) => () => void;
  #stop: (() => void) | null = null;

  constructor(host: ReactiveControllerHost, subscribe: (redraw: () => void) => () => void) {
    this.#host = host;
    this.#subscribe = subscribe;
    host.addController(this);
  }

  hostConnected(): void {
    this.#stop = this.#subscribe(() => this.#host.requestUpdate());
  }

  hostDisconnected(): void {
    this.#stop?.();
  }
}
