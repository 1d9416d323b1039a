/** Why the player does not open: one sentence, what to do, a code for support, a countdown where time will help. */
import { html, nothing, type TemplateResult } from "lit";
import { countdown, dateOf, timeWithZone } from "../../shared/format";
import { isKey, t } from "../../shared/i18n";
import { watchHere } from "../host/takeover";
import { icons } from "./icons";
import { Part } from "./part";
import "./readiness";

/** Doctors who wait together do not come back in the same second, nor does a fast clock reload in a loop. */
const SPREAD_MS = 5_000;
const LEAST_STAY_MS = 10_000;

export class RefusalView extends Part {
  #timer = 0;
  #spread_ms = Math.random() * SPREAD_MS;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = window.setInterval(() => this.#second(), 1_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render(): TemplateResult {
    const { refusal } = this.view;
    const code = refusal?.code ?? "unknown";
    const title = `refusal.${code}`;
    const hint = `refusal.${code}.hint`;
    const opens_at_ms = refusal?.opens_at_ms ?? null;
    return html`<main class="refusal" data-testid="refusal" data-code=${code}><div class="refusal-box" role="alert">
      <span class="badge">${icons[badgeOf(code, opens_at_ms !== null)]}</span>
      <h1>${isKey(title) ? t(title) : t("refusal.unknown")}</h1>
      <p>${isKey(hint) ? t(hint) : t("refusal.unknown.hint")}</p>
      ${opens_at_ms === null ? nothing : this.#opens(opens_at_ms)}
      ${chooses(code) ? html`<button class="primary" data-testid="watch-here" @click=${watchHere}>${t("refusal.watch_here")}</button>` : nothing}
      ${waits(code) ? html`<button class="primary" @click=${() => location.reload()}>${t("refusal.again")}</button>` : nothing}
      <p class="small">${t("refusal.code")} <code>${code}</code></p>
    </div></main>`;
  }

  #opens(at_ms: number): TemplateResult {
    return html`<p>${dateOf(at_ms)}, ${timeWithZone(at_ms, "Europe/Moscow")}</p>
      <p class="countdown" role="timer">${countdown(at_ms - Date.now())}</p>
      <rollcall-readiness></rollcall-readiness>`;
  }

  #second(): void {
    const opens_at_ms = this.view.refusal?.opens_at_ms ?? null;
    if (opens_at_ms === null) return;
    if (Date.now() >= opens_at_ms + this.#spread_ms && performance.now() > LEAST_STAY_MS) location.reload();
    else this.requestUpdate();
  }
}

/** Refusals that another try may change. */
function waits(code: string): boolean {
  return code === "outdated" || code === "watching_signed";
}

/** The participant watches elsewhere, and may go on here instead. */
function chooses(code: string): boolean {
  return code === "watching_elsewhere" || code === "already_watching";
}

function badgeOf(code: string, opens: boolean): "clock" | "lock" | "screens" {
  if (opens) return "clock";
  return chooses(code) || code === "watching_signed" ? "screens" : "lock";
}

customElements.define("rollcall-refusal", RefusalView);
