/** The bar under the picture: play, sound, live, quality, windows, and the way to chat, progress and quiz. */
import { html, nothing, type TemplateResult } from "lit";
import { decimal, place } from "../../shared/format";
import { t } from "../../shared/i18n";
import type { PlaybackView } from "../playback/playback";
import { STEP_S } from "../playback/rewind";
import { isWaiting } from "../quiz/quizzes";
import type { Tab } from "./app";
import { icons } from "./icons";
import { type Scene, sceneOf } from "./overlay";
import { Part } from "./part";

const RATES = [0.75, 1, 1.25, 1.5, 1.75, 2];

/** Scenes in which there is nothing to play. */
const BARE: ReadonlySet<Scene> = new Set(["connecting", "waiting", "ended"]);

export class Controls extends Part {
  static override properties = { ...Part.properties, panel: { attribute: false } };
  declare panel: Tab | null;

  protected override render(): TemplateResult | typeof nothing {
    const { playback, media } = this.view;
    if (!playback || !media || BARE.has(sceneOf(this.view))) {
      return html`<div class="controls bare"><span class="gap"></span>${this.#panels()}</div>`;
    }
    return html`
      <div class="controls" role="group" aria-label=${t("player.controls")}>
        ${this.#play(playback)} ${this.#sound(playback)}
        ${media.kind === "recording" ? this.#seek(playback) : this.#live(playback)}
        <span class="gap"></span>
        ${media.viewers > 0 && media.kind !== "recording" ? html`<span class="viewers">${t("player.viewers", { count: media.viewers })}</span>` : nothing}
        ${media.kind === "recording" ? this.#rate(playback) : nothing} ${this.#quality(playback)} ${this.#panels()} ${this.#windows()}
      </div>`;
  }

  #play({ paused }: PlaybackView): TemplateResult {
    const act = () => (paused ? void this.viewer.playback.play() : this.viewer.playback.pause());
    const label = t(paused ? "player.play" : "player.pause");
    return html`<button class="tool" aria-label=${label} title=${label} @click=${act}>
      ${paused ? icons.play : icons.pause}</button>`;
  }

  #sound({ muted, volume }: PlaybackView): TemplateResult {
    const playback = this.viewer.playback;
    const label = t(muted ? "player.unmute" : "player.mute");
    const loudness = muted ? 0 : Math.round(volume * 100);
    const change = (event: Event) =>
      playback.setVolume(Number((event.target as HTMLInputElement).value) / 100);
    return html`
      <button class="tool" aria-label=${label} title=${label} @click=${() => (muted ? playback.unmute() : playback.mute())}>
        ${muted ? icons.muted : icons.sound}</button>
      <input class="volume" type="range" min="0" max="100" step="5" .value=${String(loudness)}
        aria-label=${t("player.volume")} @input=${change}>`;
  }

  #live(playback: PlaybackView): TemplateResult {
    const { behind, moving, reach_s } = playback;
    const live = behind
      ? html`<button class="live-button" data-testid="to-live" @click=${() => this.viewer.goBack(0)}>${t("player.to_live")}</button>`
      : html`<span class="live ${moving ? "on" : ""}">${t("player.live")}</span>`;
    return reach_s > 0 ? html`${this.#back(playback)} ${live}` : live;
  }

  /** The bar of a broadcast in which one may go back: its right end is live. */
  #back({ behind, behind_s, reach_s }: PlaybackView): TemplateResult {
    const ago = t("player.ago", { time: place(behind_s) });
    const change = (event: Event) =>
      this.viewer.goBack(reach_s - Number((event.target as HTMLInputElement).value));
    const back_s = behind ? Math.round(behind_s / STEP_S) * STEP_S : 0;
    return html`<input class="seek back" data-testid="back" type="range" min="0" max=${reach_s} step=${STEP_S}
        .value=${String(reach_s - back_s)} aria-label=${t("player.back")} title=${t("player.back")}
        aria-valuetext=${behind ? ago : t("player.live")} @change=${change}>
      ${behind ? html`<span class="position">−${place(behind_s)}</span>` : nothing}`;
  }

  #seek({ position_s, duration_s }: PlaybackView): TemplateResult {
    const change = (event: Event) => this.viewer.seek(Number((event.target as HTMLInputElement).value));
    return html`<input class="seek" type="range" min="0" max=${Math.ceil(duration_s)} step="1" .value=${String(position_s)}
        aria-label=${t("player.position")} aria-valuetext=${place(position_s)} @change=${change}>
      <span class="position">${place(position_s)} / ${place(duration_s)}</span>`;
  }

  #rate({ rate }: PlaybackView): TemplateResult {
    const choose = (event: Event) =>
      this.viewer.playback.setRate(Number((event.target as HTMLSelectElement).value));
    return html`<select class="rate" data-testid="rate" aria-label=${t("player.rate")} title=${t("player.rate")} @change=${choose}>
      ${RATES.map((one) => html`<option value=${one} ?selected=${one === rate}>${decimal(one)}×</option>`)}
    </select>`;
  }

  #quality({ heights, level }: PlaybackView): TemplateResult | typeof nothing {
    if (heights.length < 2) return nothing;
    const choose = (event: Event) =>
      this.viewer.playback.choose(Number((event.target as HTMLSelectElement).value));
    return html`<select class="quality" aria-label=${t("player.quality")} @change=${choose}>
      <option value="-1" ?selected=${level < 0}>${t("player.quality_auto")}</option>
      ${heights.map((height, index) => html`<option value=${index} ?selected=${index === level}>${height}p</option>`)}
    </select>`;
  }

  #panels(): TemplateResult {
    const { quizzes } = this.view;
    return html`
      ${
        quizzes.length > 0
          ? html`<button class="tool labelled quiz-tool" data-testid="quiz-button" aria-expanded=${this.panel === "quiz"}
              title=${t("quiz.title")} @click=${() => this.#open("quiz")}>
              ${icons.quiz}<span>${t("quiz.title")}</span>${
                this.panel !== "quiz" && quizzes.some(isWaiting)
                  ? html`<i class="dot"><span class="spoken">, ${t("quiz.waits")}</span></i>`
                  : nothing
              }</button>`
          : nothing
      }
      <button class="tool labelled" data-testid="progress-button" aria-expanded=${this.panel === "progress"}
        title=${t("progress.title")} @click=${() => this.#open("progress")}>
        ${icons.progress}<span>${t("progress.title")}</span></button>
      <button class="tool" data-testid="chat-button" aria-expanded=${this.panel === "chat"} aria-label=${t("chat.title")}
        title=${t("chat.title")} @click=${() => this.#open("chat")}>${icons.chat}</button>`;
  }

  #windows(): TemplateResult {
    const full = document.fullscreenElement !== null;
    const label = t(full ? "player.exit_full" : "player.full");
    return html`
      ${
        document.pictureInPictureEnabled
          ? html`<button class="tool pip" aria-label=${t("player.pip")} title=${t("player.pip")} @click=${this.#pip}>
              ${icons.pip}</button>`
          : nothing
      }
      ${
        document.fullscreenEnabled
          ? html`<button class="tool" data-testid="full-screen" aria-label=${label} title=${label} @click=${this.#full}>
              ${full ? icons.exitFull : icons.full}</button>`
          : nothing
      }`;
  }

  #open(tab: Tab): void {
    this.dispatchEvent(new CustomEvent("panel-toggle", { bubbles: true, detail: { tab } }));
  }

  #full(): void {
    this.dispatchEvent(new CustomEvent("full-screen", { bubbles: true }));
  }

  async #pip(): Promise<void> {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await this.viewer.playback.video.requestPictureInPicture().catch(() => undefined);
  }
}

customElements.define("rollcall-controls", Controls);
