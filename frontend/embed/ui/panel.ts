/** Beside the picture (below it on phones): who is watching, and the tabs for chat, progress and a quiz if there is one. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/i18n";
import { linked } from "../chat/linked";
import { isWaiting } from "../quiz/quizzes";
import type { View } from "../view";
import type { Tab } from "./app";
import { icons } from "./icons";
import { Part } from "./part";
import "../progress/progress";

export class Panel extends Part {
  static override properties = { ...Part.properties, tab: { attribute: false }, putAway: { state: true } };
  declare tab: Tab;
  declare putAway: string | null;

  constructor() {
    super();
    this.putAway = null;
  }

  protected override render(): TemplateResult {
    return html`<aside class="panel">
      <header>
        <div class="tabs" role="tablist" @keydown=${this.#arrows}>
          ${this.#tabs().map((tab) => this.#tab(tab))}
        </div>
        <button class="tool panel-close" aria-label=${t("panel.close")} title=${t("panel.close")}
          @click=${() => this.#open(null)}>${icons.close}</button>
      </header>
      ${this.#who()}
      ${this.#announcement()}
      <div class="tab-body" role="tabpanel" aria-label=${t(`${this.tab}.title`)}>${this.#body()}</div>
    </aside>`;
  }

  #tabs(): Tab[] {
    return this.view.quizzes.length > 0 ? ["chat", "progress", "quiz"] : ["chat", "progress"];
  }

  #tab(tab: Tab): TemplateResult {
    const chosen = this.tab === tab;
    const waits = tab === "quiz" && !chosen && this.view.quizzes.some(isWaiting);
    return html`<button role="tab" data-testid="${tab}-tab" aria-selected=${chosen} tabindex=${chosen ? 0 : -1}
      @click=${() => this.#open(tab)}>${t(`${tab}.title`)}${
        waits ? html`<span class="dot"><span class="spoken">, ${t("quiz.waits")}</span></span>` : nothing
      }</button>`;
  }

  #body(): TemplateResult {
    const { store, viewer } = this;
    if (this.tab === "progress") {
      return html`<rollcall-progress .store=${store} .viewer=${viewer}></rollcall-progress>`;
    }
    if (this.tab === "chat") {
      if (this.view.chatPart === "here")
        return html`<rollcall-chat .store=${store} .viewer=${viewer}></rollcall-chat>`;
      return this.#fetched(this.view.chatPart, t("chat.coming"), t("chat.load_failed"), () =>
        viewer.chat.load(),
      );
    }
    if (this.view.quizPart === "here")
      return html`<rollcall-quiz .store=${store} .viewer=${viewer}></rollcall-quiz>`;
    const again = () => viewer.quizzes.load();
    return this.#fetched(this.view.quizPart, t("quiz.coming"), t("quiz.load_failed"), again);
  }

  /** In place of a part that is still fetched, or could not be. */
  #fetched(part: string | null, coming: string, failed: string, again: () => void): TemplateResult {
    if (part !== "failed") {
      return html`<p class="tab-wait" role="status"><span class="spinner" aria-hidden="true"></span>${coming}</p>`;
    }
    return html`<div class="tab-wait" role="alert"><p>${failed}</p>
      <button class="primary" @click=${again}>${t("quiz.load_again")}</button></div>`;
  }

  /** Pinned by the organiser; whoever has read it may put it away until there is another. */
  #announcement(): TemplateResult | typeof nothing {
    const text = this.view.media?.announcement ?? null;
    const label = t("announcement.hide");
    return html`<div role="status">${
      text === null || text === this.putAway
        ? nothing
        : html`<div class="announcement" data-testid="announcement">${icons.pin}<p>${linked(text)}</p>
            <button class="tool" aria-label=${label} title=${label} @click=${() => this.#hide(text)}>${icons.close}</button></div>`
    }</div>`;
  }

  #hide(text: string): void {
    this.putAway = text;
  }

  #who(): TemplateResult {
    const status = statusOf(this.view);
    return html`<p class="who"><b>${this.view.userName}</b>
      <span class="status ${status}" data-testid="status">${t(`status.${status}`)}</span></p>`;
  }

  #open(tab: Tab | null): void {
    this.dispatchEvent(new CustomEvent("panel-toggle", { bubbles: true, detail: { tab, open: true } }));
  }

  #arrows(event: KeyboardEvent): void {
    const step = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    const tabs = this.#tabs();
    const next = tabs.at((tabs.indexOf(this.tab) + step) % tabs.length);
    if (step === 0 || !next) return;
    this.#open(next);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  }
}

type Status = "recording" | "idle" | "uncounted" | "kept" | "connecting";

/** Whether what happens now is being recorded as watching. */
function statusOf({ link, playback, phase, stop }: View): Status {
  if (phase !== "watching") return "connecting";
  if (link === "kept") return "kept";
  if (stop) return "uncounted";
  return playback?.moving && !playback.paused ? "recording" : "idle";
}

customElements.define("rollcall-panel", Panel);
