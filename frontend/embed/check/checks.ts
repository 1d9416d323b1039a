/**
 * The presence checks of one opened player: what the server asks, what was displayed and answered, and the stop that
 * a miss may bring. Keeps the view up to date and reports marks; it draws nothing.
 */
import type { Store } from "../../shared/store";
import type { Counting, Prompt, PromptClosed } from "../../shared/wire";
import type { MarkDetail, MarkKind } from "../evidence/recorder";
import type { ParentPage } from "../host/parent";
import type { Chime } from "../playback/chime";
import type { View } from "../view";
import { Activity } from "./activity";
import { isKnown, stillOpen, withAnswer, withDisplay, withoutPrompt, withPrompt } from "./prompts";
import { stopped } from "./stop";

/** A click on "I am here" follows a hand that moved in this time. */
const HAND_MS = 30_000;

export class Checks {
  readonly #view: Store<View>;
  readonly #parent: ParentPage;
  readonly #chime: Chime;
  readonly #mark: (kind: MarkKind, check: string, detail?: MarkDetail) => void;
  readonly #uncover: () => void;
  readonly #activity = new Activity();

  /** `uncover`: leave what lies over the page, so that the dialog can be seen. */
  constructor(
    view: Store<View>,
    parent: ParentPage,
    chime: Chime,
    mark: (kind: MarkKind, check: string, detail?: MarkDetail) => void,
    uncover: () => void,
  ) {
    this.#view = view;
    this.#parent = parent;
    this.#chime = chime;
    this.#mark = mark;
    this.#uncover = uncover;
    this.#activity.follow(document, () => performance.now());
  }

  /** A connection begins: who is stopped is told so again. */
  connected(): void {
    const { stop } = this.#view.value;
    if (stop && !stop.resumed) this.#view.set({ stop: null });
  }

  asked(prompt: Prompt): void {
    const { prompts } = this.#view.value;
    const known = isKnown(prompts, prompt);
    this.#view.set({ prompts: withPrompt(prompts, prompt, performance.now()), notice: null });
    if (known) return;
    this.#uncover();
    if (prompt.sound) void this.#ring(prompt.check);
  }

  closed({ check, outcome, at_ms }: PromptClosed): void {
    this.#view.set({ prompts: withoutPrompt(this.#view.value.prompts, check) });
    if (outcome !== "confirmed" && outcome !== "missed") return;
    this.#view.set({ notice: { kind: "outcome", outcome, at_ms } });
    this.#parent.tell({ type: outcome === "confirmed" ? "check_confirmed" : "check_missed", check });
  }

  counting(counting: Counting): void {
    const before = this.#view.value.stop;
    const stop = stopped(before, counting);
    this.#view.set({ stop });
    if (before && !stop) this.#view.set({ notice: { kind: "counts_again" } });
    else if (stop && !before) this.#view.set({ notice: null }); // the bar says what the miss means here
  }

  /** The dialog has been painted, or has arrived where nobody sees it: then it rings, whatever was asked for. */
  displayed(check: string, hidden: boolean): void {
    const step = hidden ? "received" : "shown";
    const prompt = this.#view.value.prompts.find((each) => each.check === check);
    if (!prompt) return;
    this.#mark(step, check, { visible: !hidden, ...prompt.proof });
    this.#view.set({ prompts: withDisplay(this.#view.value.prompts, check, step, performance.now()) });
    if (hidden && !prompt.sound) void this.#ring(check);
    this.#parent.tell({ type: "check_shown", check, hidden, left_ms: Math.round(prompt.left_ms) });
  }

  /**
   * `trusted`: the answer came from a person's input, not from a program. Who answers before two frames are known to
   * be painted has seen it: without a display the server would take no answer.
   */
  answer(check: string, answer: string | null, trusted: boolean): void {
    const asked = this.#view.value.prompts.find((each) => each.check === check);
    if (!asked) return;
    const now_ms = performance.now();
    const pointer = this.#activity.since(asked.displayed_ms ?? now_ms);
    if (asked.displayed_ms === null) this.displayed(check, document.visibilityState === "hidden");
    const given = answer === null ? {} : { answer };
    this.#mark("answered", check, { trusted, pointer, ...given, ...asked.proof });
    this.#view.set({ prompts: withAnswer(this.#view.value.prompts, check, answer, now_ms) });
  }

  /** The viewer is back after a miss that stopped the counting. */
  resume(trusted: boolean): void {
    const { stop } = this.#view.value;
    if (!stop || stop.resumed) return;
    const pointer = this.#activity.since(performance.now() - HAND_MS);
    this.#mark("resume", stop.check, { trusted, pointer });
    this.#view.set({ stop: { ...stop, resumed: true } });
  }

  expire(now_ms: number): void {
    const { prompts } = this.#view.value;
    const open = stillOpen(prompts, now_ms);
    if (open === prompts) return;
    const gone = prompts.filter((each) => !open.includes(each));
    const kept = gone.some((each) => each.answered_ms !== null);
    this.#view.set({ prompts: open, notice: { kind: kept ? "answer_kept" : "expired" } });
  }

  async #ring(check: string): Promise<void> {
    if (!(await this.#chime.ring())) this.#mark("sound_blocked", check);
  }
}
