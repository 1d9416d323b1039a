/** What draws a tab that not every media has: fetched when there is something to draw. */
import type { Store } from "../../shared/store";
import type { View } from "../view";

/** null as long as it is not needed. */
export type Fetched = null | "coming" | "here" | "failed";

export class Fetcher {
  readonly #view: Store<View>;
  readonly #name: "pollPart" | "asidePart";
  readonly #fetch: () => Promise<unknown>;

  constructor(view: Store<View>, name: "pollPart" | "asidePart", fetch: () => Promise<unknown>) {
    this.#view = view;
    this.#name = name;
    this.#fetch = fetch;
  }

  need(): void {
    if (this.#view.value[this.#name] === null) void this.load();
  }

  /** There is a connection again. */
  retry(): void {
    if (this.#view.value[this.#name] === "failed") void this.load();
  }

  async load(): Promise<void> {
    this.#view.set({ [this.#name]: "coming" });
    try {
      await this.#fetch();
      this.#view.set({ [this.#name]: "here" });
    } catch {
      this.#view.set({ [this.#name]: "failed" });
    }
  }
}
