/**
 * Answers that are not yet on the server's disk, kept for the next page of this tab: a reload loses none.
 *
 * In the tab's own storage, so that nothing of them stays on a shared computer.
 */
import type { Keep } from "../host/keep";
import { type Quizzes, type Reply, unsaved } from "./quizzes";

const NAME = "rollcall.quiz";

type Kept = Record<string, Record<string, Pick<Reply, "answer" | "turn">>>;

export class KeptAnswers {
  readonly #keep: Keep;
  /** Of an earlier page, by attempt, until this page is told of the attempt. */
  readonly #earlier: Kept;
  #written: string;

  constructor(keep: Keep) {
    this.#keep = keep;
    this.#written = keep.read(NAME) ?? "{}";
    this.#earlier = read(this.#written);
  }

  /** What an earlier page kept of an attempt; told once. */
  take(attempt: string): Kept[string] {
    const kept = this.#earlier[attempt] ?? {};
    delete this.#earlier[attempt];
    return kept;
  }

  write(quizzes: Quizzes): void {
    const now: Kept = { ...this.#earlier };
    for (const { attempt, running } of quizzes) {
      const open = running && attempt ? unsaved(attempt) : [];
      if (!attempt || open.length === 0) continue;
      now[attempt.id] = Object.fromEntries(open.map(([name, { answer, turn }]) => [name, { answer, turn }]));
    }
    const text = JSON.stringify(now);
    if (text === this.#written) return;
    this.#written = text;
    try {
      if (Object.keys(now).length > 0) this.#keep.write(NAME, text);
      else this.#keep.remove(NAME);
    } catch {
      // A full storage: they are still in this page.
    }
  }
}

function read(text: string): Kept {
  try {
    return JSON.parse(text) as Kept;
  } catch {
    return {};
  }
}
