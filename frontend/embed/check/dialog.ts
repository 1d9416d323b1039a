/**
 * The presence checks on screen: a modal dialog in the top layer, one thing to do for each, and the time that is left.
 *
 * Checks that run at once stand below each other, so that none waits behind another while its time is due. It reports
 * when each was really painted where somebody can see it; whether the answer counts, the server decides.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../shared/i18n";
import { Part } from "../ui/part";
import type { Checks } from "./checks";
import { answering, fieldOf, HINTS } from "./kinds";
import { leftOf, type OpenPrompt } from "./prompts";
import { Sight } from "./sight";

/** Circumference of the ring; its dash shows what is left. */
const AROUND = 2 * Math.PI * 44;
const PLACES = 6;
const REDRAW_MS = 200;

/** What it tells: each display and each answer. */
export interface Asking {
  readonly checks: Pick<Checks, "displayed" | "answer">;
}

export class CheckDialog extends Part<Asking> {
  /** Where each check's button is, and whether it can be seen. */
  readonly #places = new Map<string, number>();
  readonly #sights = new Map<string, Sight>();
  #waiting = "";
  #redraw = 0;
  /** What had the keyboard before: it gets it back, so that who is writing goes on writing. */
  #before: Element | null = null;

  protected override render(): TemplateResult | typeof nothing {
    const { prompts } = this.view;
    const [first] = prompts;
    if (!first) return nothing;
    const waiting = prompts.filter(isWaiting).length;
    return html`<dialog class="check place-${this.#placeOf(first)}" data-testid="check-dialog"
      aria-labelledby=${titleOf(first)} aria-describedby=${textOf(first)} @cancel=${stay} @keydown=${noEscape}
      @close=${this.#reopen}>
      <p class="check-several" role="status">${waiting > 1 ? t("check.several", { count: waiting }) : nothing}</p>
      ${repeat(
        prompts,
        (prompt) => prompt.check,
        (prompt) => this.#one(prompt),
      )}
    </dialog>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const { prompts } = this.view;
    const dialog = this.querySelector("dialog");
    this.#forget(prompts);
    if (!dialog) {
      this.#giveBack();
      return;
    }
    const opens = !dialog.open;
    if (opens) {
      this.#before = document.activeElement;
      dialog.showModal();
      this.#redraw = window.setInterval(() => this.requestUpdate(), REDRAW_MS);
    }
    for (const prompt of prompts) {
      this.#watch(prompt.check);
      this.#report(prompt);
    }
    this.#focus(dialog, opens);
  }

  #one(prompt: OpenPrompt): TemplateResult {
    return html`<section class="check-one ${prompt.kind} acts-${this.#placeOf(prompt)}" data-check=${prompt.check}
      aria-labelledby=${titleOf(prompt)}>
      ${isWaiting(prompt) ? this.#ask(prompt) : this.#answered(prompt)}
    </section>`;
  }

  #ask(prompt: OpenPrompt): TemplateResult {
    const left_ms = leftOf(prompt, performance.now());
    const over = left_ms <= 0;
    const answer = (given: string | null, trusted: boolean) =>
      this.viewer.checks.answer(prompt.check, given, trusted);
    return html`
      <h2 id=${titleOf(prompt)}>${t("check.title")}</h2>
      <p class="check-text" id=${textOf(prompt)}>${prompt.text ?? t(HINTS[prompt.kind])}</p>
      ${answering(prompt, ring(left_ms, prompt.lifetime_ms), over, answer)}
      <p class="small" role="status">${over ? t("check.over") : nothing}</p>`;
  }

  #answered(prompt: OpenPrompt): TemplateResult {
    const offline = this.view.link === "kept";
    return html`<h2 id=${titleOf(prompt)}>${t("check.confirming")}</h2>
      <p class="check-text" id=${textOf(prompt)} role="status">
        ${offline ? t("check.answer_kept") : t("check.confirming_hint")}</p>
      <div class="check-act"><span class="spinner" aria-hidden="true"></span></div>`;
  }

  #placeOf({ check }: OpenPrompt): number {
    const place = this.#places.get(check) ?? Math.floor(Math.random() * PLACES);
    this.#places.set(check, place);
    return place;
  }

  #watch(check: string): void {
    const section = this.querySelector(`[data-check="${check}"]`);
    if (!section || this.#sights.has(check)) return;
    const sight = new Sight(() => this.requestUpdate());
    sight.begin(section);
    this.#sights.set(check, sight);
  }

  /** Where nobody sees it: it has arrived and its time runs. In view: it is shown once two frames are painted. */
  #report({ check, received, shown }: OpenPrompt): void {
    const sight = this.#sights.get(check);
    const seen = sight?.now();
    if (seen === "hidden" && !received && !shown) this.viewer.checks.displayed(check, true);
    else if (seen === "seen" && !shown) sight?.painted(() => this.#painted(check));
  }

  #painted(check: string): void {
    const prompt = this.view.prompts.find((each) => each.check === check);
    if (prompt && !prompt.shown && this.#sights.get(check)?.now() === "seen")
      this.viewer.checks.displayed(check, false);
  }

  /** The keyboard goes to what is to be done first when it has nothing to do here: never away from a field in use. */
  #focus(dialog: HTMLDialogElement, opens: boolean): void {
    const waiting = this.view.prompts
      .filter(isWaiting)
      .map((each) => each.check)
      .join();
    if (waiting === this.#waiting) return;
    this.#waiting = waiting;
    const active = document.activeElement;
    if (opens || active === dialog || !dialog.contains(active)) fieldOf(dialog)?.focus();
  }

  #forget(prompts: readonly OpenPrompt[]): void {
    for (const [check, sight] of this.#sights) {
      if (prompts.some((each) => each.check === check)) continue;
      sight.end();
      this.#sights.delete(check);
      this.#places.delete(check);
    }
    if (prompts.length > 0) return;
    this.#waiting = "";
    clearInterval(this.#redraw);
  }

  #giveBack(): void {
    const lost = document.activeElement === document.body;
    if (lost && this.#before instanceof HTMLElement) this.#before.focus({ preventScroll: true });
    this.#before = null;
  }

  /** Only an answer or the server closes it. */
  #reopen(event: Event): void {
    const dialog = event.target as HTMLDialogElement;
    if (this.view.prompts.length > 0 && dialog.isConnected && !dialog.open) dialog.showModal();
  }
}

function isWaiting({ answered_ms }: OpenPrompt): boolean {
  return answered_ms === null;
}

function titleOf({ check }: OpenPrompt): string {
  return `check-title-${check}`;
}

function textOf({ check }: OpenPrompt): string {
  return `check-text-${check}`;
}

function ring(left_ms: number, lifetime_ms: number): TemplateResult {
  const left = Math.min(1, left_ms / lifetime_ms);
  const seconds = Math.ceil(left_ms / 1000);
  return html`<div class="ring ${seconds <= 10 ? "soon" : ""}" role="timer" aria-label=${t("check.left", { count: seconds })}>
    <svg viewBox="0 0 100 100" aria-hidden="true">
      <circle cx="50" cy="50" r="44" class="ring-all"></circle>
      <circle cx="50" cy="50" r="44" class="ring-left" transform="rotate(-90 50 50)" ?hidden=${left <= 0}
        stroke-dasharray="${AROUND * left} ${AROUND}"></circle>
    </svg><span aria-hidden="true">${seconds}</span></div>`;
}

function stay(event: Event): void {
  event.preventDefault();
}

function noEscape(event: KeyboardEvent): void {
  if (event.key === "Escape") event.preventDefault();
}

customElements.define("rollcall-check", CheckDialog);
