/** Beside the picture (below it on phones): who is watching, and the tabs: chat, progress, and those of what there is. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/i18n";
import { hasMaterials, hasProgramme } from "../aside/aside";
import { linked } from "../chat/linked";
import { isWaiting as votes } from "../poll/polls";
import { isWaiting } from "../quiz/quizzes";
import type { View } from "../view";
import type { Tab } from "./app";
import type { Fetched } from "./fetched";
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
    const tab = this.#shown();
    const tabs = this.#tabs();
    return html`<aside class="panel">
      <header>
        <div class="tabs" role="tablist" @keydown=${this.#arrows}>
          ${tabs.map((each) => this.#tab(each))}
        </div>
        <button class="tool panel-close" aria-label=${t("panel.close")} title=${t("panel.close")}
          @click=${() => this.#open(null)}>${icons.close}</button>
      </header>
      ${this.#who()}
      ${this.#announcement()}
      <div class="tab-body" role="tabpanel" aria-label=${t(`${tab}.title`)}>${this.#body(tab)}</div>
    </aside>`;
  }

  protected override updated(): void {
    const tab = this.#shown();
    if (tab === "materials" || tab === "programme") this.viewer.aside.need();
  }

  #tabs(): Tab[] {
    const { quizzes, polls, aside } = this.view;
    const there: [Tab, boolean][] = [
      ["chat", true],
      ["progress", true],
      ["quiz", quizzes.length > 0],
      ["poll", polls.length > 0],
      ["materials", hasMaterials(aside)],
      ["programme", hasProgramme(aside)],
    ];
    return there.flatMap(([tab, isThere]) => (isThere ? [tab] : []));
  }

  /** The tab that was chosen, as long as there is such. */
  #shown(): Tab {
    return this.#tabs().includes(this.tab) ? this.tab : "chat";
  }

  #tab(tab: Tab): TemplateResult {
    const chosen = this.#shown() === tab;
    const waits = !chosen && this.#waits(tab);
    return html`<button role="tab" data-testid="${tab}-tab" aria-selected=${chosen} tabindex=${chosen ? 0 : -1}
      @click=${() => this.#open(tab)}>${t(`${tab}.title`)}${
        waits ? html`<span class="dot"><span class="spoken">, ${t("quiz.waits")}</span></span>` : nothing
      }</button>`;
  }

  /** Something there is for the participant to do. */
  #waits(tab: Tab): boolean {
    if (tab === "quiz") return this.view.quizzes.some(isWaiting);
    return tab === "poll" && this.view.polls.some(votes);
  }

  #body(tab: Tab): TemplateResult {
    const { store, viewer } = this;
    const { chatPart, quizPart, pollPart, asidePart } = this.view;
    switch (tab) {
      case "chat":
        if (chatPart !== "here") return fetching(chatPart, () => viewer.chat.load());
        return html`<rollcall-chat .store=${store} .viewer=${viewer}></rollcall-chat>`;
      case "progress":
        return html`<rollcall-progress .store=${store} .viewer=${viewer}></rollcall-progress>`;
      case "quiz":
        if (quizPart !== "here") return fetching(quizPart, () => viewer.quizzes.load());
        return html`<rollcall-quiz .store=${store} .viewer=${viewer}></rollcall-quiz>`;
      case "poll":
        if (pollPart !== "here") return fetching(pollPart, () => viewer.polls.part.load());
        return html`<rollcall-poll .store=${store} .viewer=${viewer}></rollcall-poll>`;
      case "materials":
        if (asidePart !== "here") return fetching(asidePart, () => viewer.aside.load());
        return html`<rollcall-materials .store=${store} .viewer=${viewer}></rollcall-materials>`;
      case "programme":
        if (asidePart !== "here") return fetching(asidePart, () => viewer.aside.load());
        return html`<rollcall-programme .store=${store} .viewer=${viewer}></rollcall-programme>`;
    }
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
    const next = tabs.at((tabs.indexOf(this.#shown()) + step) % tabs.length);
    if (step === 0 || !next) return;
    this.#open(next);
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  }
}

/** What draws the tab is on its way, or did not come. */
function fetching(part: Fetched, again: () => void): TemplateResult {
  if (part !== "failed") {
    return html`<p class="tab-wait" role="status"><span class="spinner" aria-hidden="true"></span>${t("panel.coming")}</p>`;
  }
  return html`<div class="tab-wait" role="alert"><p>${t("panel.load_failed")}</p>
    <button class="primary" @click=${again}>${t("panel.load_again")}</button></div>`;
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
