/** Beside the picture (below it on phones): who is watching, and the tabs for chat and progress. */
import { html, type TemplateResult } from "lit";
import { t } from "../../shared/i18n";
import type { View } from "../view";
import type { Tab } from "./app";
import { icons } from "./icons";
import { Part } from "./part";
import "../chat/chat";
import "../progress/progress";

export class Panel extends Part {
  static override properties = { ...Part.properties, tab: { attribute: false } };
  declare tab: Tab;

  protected override render(): TemplateResult {
    const body =
      this.tab === "chat"
        ? html`<rollcall-chat .store=${this.store} .viewer=${this.viewer}></rollcall-chat>`
        : html`<rollcall-progress .store=${this.store} .viewer=${this.viewer}></rollcall-progress>`;
    return html`<aside class="panel">
      <header>
        <div class="tabs" role="tablist" @keydown=${this.#arrows}>
          ${this.#tab("chat")} ${this.#tab("progress")}
        </div>
        <button class="tool panel-close" aria-label=${t("panel.close")} title=${t("panel.close")}
          @click=${() => this.#open(null)}>${icons.close}</button>
      </header>
      ${this.#who()}
      <div class="tab-body" role="tabpanel" aria-label=${t(`${this.tab}.title`)}>${body}</div>
    </aside>`;
  }

  #tab(tab: Tab): TemplateResult {
    const chosen = this.tab === tab;
    return html`<button role="tab" data-testid="${tab}-tab" aria-selected=${chosen} tabindex=${chosen ? 0 : -1}
      @click=${() => this.#open(tab)}>${t(`${tab}.title`)}</button>`;
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
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    this.#open(this.tab === "chat" ? "progress" : "chat");
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
