/** What is said instead of a picture: before the start, while it is missing, after the end. */
import { html, nothing, type TemplateResult } from "lit";
import { countdown, dateOf, timeWithZone } from "../../shared/format";
import { t } from "../../shared/i18n";
import type { Media } from "../../shared/wire";
import type { View } from "../view";
import { icons } from "./icons";
import { Part } from "./part";
import "./readiness";

export type Scene =
  | "connecting"
  | "waiting"
  | "starting"
  | "broken"
  | "ended"
  | "finished"
  | "click"
  | "picture";

/** Which of them the page is in. */
export function sceneOf({ media, playback, phase, serverOffset_ms }: View): Scene {
  if (phase !== "watching" || !media) return "connecting";
  if (media.state === "ended" || shownAsScheduled(media, Date.now() + serverOffset_ms)) return "ended";
  if (playback?.finished) return media.kind === "recording" ? "finished" : "ended";
  if (playback?.needsClick) return "click";
  if (playback?.moving || (playback?.started && !playback.wanted)) return "picture";
  if (media.signal === "on") return playback?.started ? "broken" : "starting";
  return media.state === "planned" || !playback?.started ? waitingOrBroken(media) : "broken";
}

function shownAsScheduled({ kind, signal, ends_at_ms }: Media, now_ms: number): boolean {
  return kind === "scheduled" && signal === "off" && ends_at_ms !== null && ends_at_ms <= now_ms;
}

function waitingOrBroken(media: Media): Scene {
  return media.state === "live" && media.starts_at_ms === null ? "broken" : "waiting";
}

export class Overlay extends Part {
  protected override render(): TemplateResult | typeof nothing {
    const scene = sceneOf(this.view);
    if (scene === "picture") return nothing;
    if (scene === "click") return this.#click("overlay.play");
    if (scene === "finished") return this.#click("overlay.again");
    return html`<div class="overlay ${scene}"><div class="overlay-box" role="status">${this.#say(scene)}</div></div>`;
  }

  #say(scene: Exclude<Scene, "picture" | "click" | "finished">): TemplateResult {
    const { media, retrying } = this.view;
    switch (scene) {
      case "connecting":
        return html`${spinner}<p>${t(retrying ? "overlay.retrying" : "overlay.connecting")}</p>`;
      case "starting":
        return html`${spinner}<p>${t("overlay.starting")}</p>`;
      case "broken":
        return html`${spinner}<p class="lead">${t("overlay.broken")}</p><p>${t("overlay.broken_hint")}</p>`;
      case "ended":
        return html`${icons.check}<p class="lead">${t(media?.kind === "recording" ? "overlay.closed" : "overlay.ended")}</p>
          <p>${t("overlay.ended_hint")}</p>`;
      case "waiting":
        return media ? this.#waiting(media) : spinner;
    }
  }

  #waiting({ kind, title, starts_at_ms, timezone }: Media): TemplateResult {
    const soon = kind === "recording" ? "overlay.waiting_recording" : "overlay.waiting_soon";
    const left_ms = starts_at_ms === null ? 0 : starts_at_ms - Date.now() - this.view.serverOffset_ms;
    const start =
      starts_at_ms === null || left_ms <= 0
        ? html`<p>${t(soon)}</p>`
        : html`<p>${dateOf(starts_at_ms)}, ${timeWithZone(starts_at_ms, timezone)}</p>
            <p class="countdown" role="timer">${countdown(left_ms)}</p>`;
    return html`<p class="eyebrow">${t("overlay.waiting")}</p><p class="lead" aria-hidden="true">${title}</p>${start}
      <p class="small">${t("overlay.waiting_hint")}</p><rollcall-readiness></rollcall-readiness>`;
  }

  #click(text: "overlay.play" | "overlay.again"): TemplateResult {
    return html`<div class="overlay"><button class="big-play" @click=${() => this.viewer.playback.play()}>
      ${icons.play}<span>${t(text)}</span></button></div>`;
  }
}

const spinner = html`<span class="spinner" aria-hidden="true"></span>`;

customElements.define("rollcall-overlay", Overlay);
