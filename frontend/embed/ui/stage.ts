/** The picture with everything that lies over it: state, controls, banner, invitation to a quiz, presence check, notices. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/i18n";
import type { Tab } from "./app";
import { icons } from "./icons";
import { Part } from "./part";
import "../check/dialog";
import "../check/stopped";
import "../quiz/invitation";
import "./controls";
import "./notice";
import "./overlay";

const CONTROLS_STAY_MS = 3_000;

export class Stage extends Part {
  static override properties = {
    ...Part.properties,
    video: { attribute: false },
    panel: { attribute: false },
    idle: { state: true },
  };
  declare video: HTMLVideoElement;
  declare panel: Tab | null;
  declare idle: boolean;
  #timer = 0;

  constructor() {
    super();
    this.idle = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#key);
  }

  protected override render(): TemplateResult {
    const { playback, media, link } = this.view;
    const asksSound = playback?.mutedByBrowser && !playback.paused;
    return html`
      <div class="stage ${this.idle && playback?.moving ? "idle" : ""}" @pointermove=${this.#stir} @pointerdown=${this.#stir}
        @focusin=${this.#stir} role="region" aria-label=${t("player.region")}>
        ${this.video}
        <div class="tap" @click=${this.#tap} @dblclick=${this.#full}></div>
        <rollcall-overlay .store=${this.store} .viewer=${this.viewer}></rollcall-overlay>
        ${media ? html`<h1 class=${playback?.moving ? "stage-title" : "spoken"}>${media.title}</h1>` : nothing}
        <div class="stage-top" role="status">${link === "kept" || link === "sending" ? this.#banner(link) : nothing}</div>
        <rollcall-invitation .store=${this.store} .viewer=${this.viewer} .panel=${this.panel}></rollcall-invitation>
        ${
          asksSound
            ? html`<button class="sound-on" data-testid="sound-on" @click=${() => this.viewer.playback.unmute()}>
                ${icons.muted}<span>${t("sound.turn_on")}<small>${t("sound.muted_hides")}</small></span></button>`
            : nothing
        }
        <rollcall-stopped .store=${this.store} .viewer=${this.viewer}></rollcall-stopped>
        <rollcall-controls .store=${this.store} .viewer=${this.viewer} .panel=${this.panel}></rollcall-controls>
        <rollcall-notice .store=${this.store} .viewer=${this.viewer}></rollcall-notice>
        <rollcall-check .store=${this.store} .viewer=${this.viewer}></rollcall-check>
      </div>`;
  }

  #banner(link: "kept" | "sending"): TemplateResult {
    const kept = this.view.journalKept ? t("banner.kept") : t("banner.kept_in_page");
    const text = link === "kept" ? kept : t("banner.sending");
    return html`<p class="banner ${link}" data-testid="banner">${icons.signal}<span>${text}</span></p>`;
  }

  #stir(): void {
    this.idle = false;
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.idle = !this.querySelector(".controls:focus-within :focus-visible");
    }, CONTROLS_STAY_MS);
  }

  /** A mouse click toggles playing; a touch only shows the controls. */
  #tap(event: PointerEvent): void {
    if (event.pointerType === "mouse") this.#toggle();
  }

  #toggle(): void {
    const playback = this.viewer?.playback;
    if (!playback) return;
    if (this.view.playback?.paused) void playback.play();
    else playback.pause();
  }

  #full(): void {
    this.dispatchEvent(new CustomEvent("full-screen", { bubbles: true }));
  }

  /** Keys of the player: space or K, M, F; never while something else has the keyboard. */
  #key = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    if (target.closest("dialog, input, select, textarea, rollcall-panel")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = target.closest("button") !== null;
    if (event.code === "KeyF") this.#full();
    else if (event.code === "KeyM") this.#mute();
    else if (event.code === "KeyK" || (event.code === "Space" && !onButton)) this.#toggle();
    else return;
    event.preventDefault();
  };

  #mute(): void {
    if (this.view.playback?.muted) void this.viewer.playback.unmute();
    else this.viewer.playback.mute();
  }
}

customElements.define("rollcall-stage", Stage);
