/** The whole page: a refusal, or picture and panel side by side. It owns the <video>, full screen and the panel. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { type Language, useLanguage } from "../../shared/i18n";
import type { Store } from "../../shared/store";
import type { View } from "../view";
import type { Viewer } from "../viewer";
import { Part } from "./part";
import "./panel";
import "./refusal";
import "./stage";

export type Tab = "chat" | "progress" | "quiz" | "poll" | "materials" | "programme";

/** Where the panel does not cover the picture. */
const ROOMY = "(min-width: 860px), (min-height: 560px) and (orientation: portrait)";

export class App extends Part {
  static override properties = { ...Part.properties, tab: { state: true }, panel: { state: true } };
  declare tab: Tab;
  declare panel: boolean;
  readonly video = document.createElement("video");
  #remember: (language: Language) => void;
  #returned = false;

  constructor(store: Store<View>, remember: (language: Language) => void) {
    super();
    this.store = store;
    this.#remember = remember;
    this.tab = "chat";
    this.panel = matchMedia(ROOMY).matches;
    this.video.playsInline = true;
    this.video.preload = "auto";
    this.video.dataset.testid = "video";
    document.addEventListener("fullscreenchange", () => {
      this.panel = document.fullscreenElement ? false : matchMedia(ROOMY).matches;
    });
  }

  watch(viewer: Viewer): void {
    this.viewer = viewer;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("tab") || changed.has("panel") || changed.has("viewer")) {
      this.viewer?.followProgress(this.panel && this.tab === "progress");
      this.viewer?.quizzes.follow(this.panel && this.tab === "quiz");
    }
    this.#return();
    const title = this.view.media?.title;
    if (title) document.title = title;
  }

  protected override render(): TemplateResult {
    const { phase } = this.view;
    if (phase === "refused") return html`<rollcall-refusal .store=${this.store}></rollcall-refusal>`;
    return html`
      <main class="player ${this.panel ? "with-panel" : ""}" @panel-toggle=${this.#toggle} @full-screen=${this.#full}
        @language=${this.#language}>
        <rollcall-stage .store=${this.store} .viewer=${this.viewer} .video=${this.video} .panel=${this.panel ? this.tab : null}>
        </rollcall-stage>
        ${
          this.panel
            ? html`<rollcall-panel .store=${this.store} .viewer=${this.viewer} .tab=${this.tab}></rollcall-panel>`
            : nothing
        }
      </main>`;
  }

  /** Whoever was taking a quiz before this page was loaded comes back to it. */
  #return(): void {
    if (this.#returned || !this.view.quizzes.some(({ returned }) => returned)) return;
    this.#returned = true;
    if (this.panel) this.tab = "quiz";
  }

  /** Open the panel at a tab; the same tab again closes it. */
  #toggle({ detail }: CustomEvent<{ tab: Tab | null; open?: boolean }>): void {
    const same = this.panel && this.tab === detail.tab;
    this.panel = detail.tab !== null && (detail.open === true || !same);
    this.tab = detail.tab ?? this.tab;
  }

  async #full(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.requestFullscreen?.().catch(() => undefined);
  }

  async #language({ detail }: CustomEvent<Language>): Promise<void> {
    await useLanguage(detail);
    this.#remember(detail);
  }
}

customElements.define("rollcall-app", App);
