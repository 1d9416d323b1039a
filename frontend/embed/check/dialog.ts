/**
 * The presence check on screen: a modal dialog in the top layer, one thing to do, and the time that is left.
 *
 * It reports when it was really painted where somebody can see it; whether the answer counts, the server decides.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { t } from "../../shared/i18n";
import { Part } from "../ui/part";
import { answering, fieldOf, HINTS } from "./kinds";
import { leftOf, type OpenPrompt } from "./prompts";
import { Sight } from "./sight";

/** Circumference of the ring; its dash shows what is left. */
const AROUND = 2 * Math.PI * 44;
const PLACES = 6;

export class CheckDialog extends Part {
  #check: string | null = null;
  #place = 0;
  #redraw = 0;
  /** What had the keyboard before: it gets it back, so that who is writing goes on writing. */
  #before: Element | null = null;
  readonly #sight = new Sight(() => this.requestUpdate());

  protected override render(): TemplateResult | typeof nothing {
    const prompt = this.view.prompts[0];
    if (!prompt) return nothing;
    if (prompt.check !== this.#check) this.#place = Math.floor(Math.random() * PLACES);
    return html`<dialog class="check ${prompt.kind} place-${this.#place}" data-testid="check-dialog"
      data-check=${prompt.check} aria-labelledby="check-title" aria-describedby="check-text" @cancel=${stay}
      @keydown=${noEscape} @close=${this.#reopen}>
      ${prompt.answered_ms === null ? this.#ask(prompt) : this.#answered()}
    </dialog>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const prompt = this.view.prompts[0];
    if (!prompt) {
      this.#gone();
      this.#giveBack();
    } else if (prompt.check !== this.#check) this.#came(prompt);
    else this.#report(prompt);
  }

  #ask(prompt: OpenPrompt): TemplateResult {
    const left_ms = leftOf(prompt, performance.now());
    const over = left_ms <= 0;
    const answer = (given: string | null, trusted: boolean) =>
      this.viewer.checks.answer(prompt.check, given, trusted);
    return html`
      <h2 id="check-title">${t("check.title")}</h2>
      <p id="check-text">${prompt.text ?? t(HINTS[prompt.kind])}</p>
      ${answering(prompt, ring(left_ms, prompt.lifetime_ms), over, answer)}
      <p class="small" role="status">${over ? t("check.over") : nothing}</p>`;
  }

  #answered(): TemplateResult {
    const offline = this.view.link === "kept";
    return html`<h2 id="check-title">${t("check.confirming")}</h2>
      <p id="check-text" role="status">${offline ? t("check.answer_kept") : t("check.confirming_hint")}</p>
      <div class="check-act"><span class="spinner" aria-hidden="true"></span></div>`;
  }

  #came(prompt: OpenPrompt): void {
    this.#gone();
    this.#check = prompt.check;
    const dialog = this.querySelector("dialog");
    if (!dialog) return;
    if (!dialog.contains(document.activeElement)) this.#before = document.activeElement;
    dialog.showModal();
    fieldOf(dialog)?.focus();
    this.#sight.begin(dialog);
    this.#redraw = window.setInterval(() => this.requestUpdate(), 200);
    this.#report(prompt);
  }

  /** Where nobody sees it: it has arrived and its time runs. In view: it is shown once two frames are painted. */
  #report(prompt: OpenPrompt): void {
    const sight = this.#sight.now();
    if (sight === "hidden" && !prompt.received && !prompt.shown)
      this.viewer.checks.displayed(prompt.check, true);
    else if (sight === "seen" && !prompt.shown) this.#sight.painted(() => this.#painted(prompt.check));
  }

  #painted(check: string): void {
    const prompt = this.view.prompts.find((each) => each.check === check);
    if (prompt && !prompt.shown && this.#sight.now() === "seen") this.viewer.checks.displayed(check, false);
  }

  #gone(): void {
    this.#check = null;
    this.#sight.end();
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
    if (this.#check !== null && dialog.isConnected && !dialog.open) dialog.showModal();
  }
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
