/**
 * The viewer's wishes for the picture (play, pause, sound) against what the browser allows, and what really happens.
 *
 * It owns the <video> and its stream; each change of either is reported at once. It knows neither the server nor
 * how evidence is kept.
 */
import type { Media } from "../../shared/wire";
import type { Sample } from "../evidence/sample";
import { cupboard, Resume } from "./resume";
import { behind_s, NEAR_S, type Past, reach_s, wanted_s } from "./rewind";
import { Schedule } from "./schedule";
import { type Look, stateOf } from "./state";
import { Stream } from "./stream";

/** What `change` may mean to those who record it. */
const OBSERVED = [
  "play",
  "playing",
  "pause",
  "waiting",
  "seeking",
  "seeked",
  "ratechange",
  "volumechange",
  "ended",
];
const BEHIND_S = 20;
const PLACE_EVERY_MS = 5_000;

declare global {
  /** What Safari on iPhones and iPads has beside the standard. */
  interface HTMLVideoElement {
    readonly webkitDisplayingFullscreen?: boolean;
    readonly webkitPresentationMode?: "inline" | "picture-in-picture" | "fullscreen";
    webkitExitFullscreen?(): void;
    webkitSetPresentationMode?(mode: "inline"): void;
  }
}

/** What the server says of the media, as far as the picture goes. */
export type Expected = Pick<
  Media,
  "code" | "kind" | "state" | "signal" | "delay_ms" | "dvr_s" | "started_at_ms"
>;

export interface PlaybackView {
  readonly wanted: boolean;
  readonly paused: boolean;
  readonly muted: boolean;
  readonly volume: number;
  /** Sound is off because the browser wants a click first. */
  readonly mutedByBrowser: boolean;
  /** Not even a muted start was allowed. */
  readonly needsClick: boolean;
  readonly moving: boolean;
  /** There has been a picture in this page. */
  readonly started: boolean;
  readonly behind: boolean;
  /** How far one may go back in the broadcast, 0: not at all; and how far back one is. */
  readonly reach_s: number;
  readonly behind_s: number;
  /** It has come to its end. */
  readonly finished: boolean;
  readonly rate: number;
  readonly position_s: number;
  readonly duration_s: number;
  readonly level: number;
  readonly heights: readonly number[];
}

export class Playback {
  readonly video: HTMLVideoElement;
  readonly stream: Stream;
  #changed: () => void;
  #serverNow: () => number;
  #wanted = true;
  #expected = false;
  #live = true;
  #over = false;
  #delay_ms: number | null = null;
  #past: Past = { dvr_s: 0, started_at_ms: null };
  #schedule = new Schedule();
  #resume: Resume | null = null;
  #placed_ms = 0;
  #mutedByBrowser = false;
  #needsClick = false;
  #started = false;

  /** `serverNow`: the server's clock, in Unix milliseconds. */
  constructor(video: HTMLVideoElement, changed: () => void, serverNow: () => number) {
    this.video = video;
    this.#changed = changed;
    this.#serverNow = serverNow;
    this.stream = new Stream(video, () => void this.#begin(), changed);
    for (const kind of OBSERVED) video.addEventListener(kind, changed);
    video.addEventListener("pause", () => void this.#resumeIfNotAsked());
  }

  /** What to expect of the media: is there a picture, does it move with the clock, is it over. */
  expect({ code, kind, state, signal, delay_ms, dvr_s, started_at_ms }: Expected): void {
    const over = state === "ended";
    this.#expected = signal === "on" && !over;
    this.#live = kind !== "recording";
    this.#delay_ms = delay_ms;
    this.#past = { dvr_s, started_at_ms };
    if (!this.#live && !this.#resume) {
      this.#resume = new Resume(cupboard(), code);
      this.stream.beginAt(this.#resume.position_s);
    }
    if (over && !this.#over) this.stream.stop();
    this.#over = over;
  }

  pulse(now_ms: number): void {
    const asleep = this.video.paused && (document.hidden || this.#needsClick);
    this.stream.pulse(now_ms, this.#expected && this.#wanted && !asleep && !this.video.ended);
    if (this.#delay_ms !== null) this.#keepTo(this.#delay_ms);
    if (this.#resume && now_ms >= this.#placed_ms + PLACE_EVERY_MS && this.video.currentTime > 0) {
      this.#placed_ms = now_ms;
      this.#resume.note(this.video.currentTime, this.video.duration);
    }
  }

  sample(): Sample {
    const look: Look = { video: this.video, over: this.#over };
    const media_ms = (this.#live ? this.stream.programme_ms() : null) ?? this.video.currentTime * 1000;
    return {
      at_ms: Math.round(performance.now()),
      wall_ms: Date.now(),
      media_ms: Math.max(0, Math.round(media_ms)),
      state: stateOf(look),
      cause: this.video.paused && this.#wanted && !this.#over ? "browser" : "user",
      visible: document.visibilityState === "visible",
      muted: this.video.muted || this.video.volume === 0,
      rate: this.video.playbackRate,
    };
  }

  view(now_ms: number): PlaybackView {
    const { paused, muted, volume, currentTime, duration } = this.video;
    const moving = this.stream.moving(now_ms);
    this.#started ||= moving;
    return {
      wanted: this.#wanted,
      paused,
      muted: muted || volume === 0,
      volume,
      mutedByBrowser: this.#mutedByBrowser && muted,
      needsClick: this.#needsClick && paused,
      moving,
      started: this.#started,
      behind: this.#live && this.#delay_ms === null && this.#far_s() > this.#tolerated_s,
      reach_s: this.#reach_s(),
      behind_s: this.#reach_s() > 0 ? this.#far_s() : 0,
      finished: this.video.ended,
      rate: this.video.playbackRate,
      position_s: currentTime,
      duration_s: Number.isFinite(duration) ? duration : 0,
      level: this.stream.hls?.autoLevelEnabled ? -1 : (this.stream.hls?.currentLevel ?? -1),
      heights: this.stream.hls?.levels.map((level) => level.height) ?? [],
    };
  }

  /** Leave picture-in-picture and the system's own full screen, which hide the page and its dialogs. */
  uncover(): void {
    if (document.pictureInPictureElement) void document.exitPictureInPicture();
    const { video } = this;
    if (video.webkitDisplayingFullscreen) video.webkitExitFullscreen?.();
    if (video.webkitPresentationMode === "picture-in-picture") video.webkitSetPresentationMode?.("inline");
  }

  async play(): Promise<void> {
    this.#wanted = true;
    if (this.#live && this.video.paused && !this.video.ended) this.#goOn();
    await this.#begin();
  }

  /** Be so far behind the broadcast, as near to that as one may. */
  goBack(behind_s: number): void {
    const wanted = wanted_s(behind_s, this.#reach_s());
    if (wanted === null) this.stream.toLive();
    else this.stream.goBack(wanted);
  }

  pause(): void {
    this.#wanted = false;
    this.video.pause();
    this.#changed();
  }

  mute(): void {
    this.video.muted = true;
    this.#mutedByBrowser = false;
  }

  async unmute(): Promise<void> {
    this.#mutedByBrowser = false;
    this.video.muted = false;
    if (this.video.volume === 0) this.video.volume = 0.7;
    if (this.video.paused && this.#wanted) await this.play();
  }

  setVolume(volume: number): void {
    this.video.volume = volume;
    this.video.muted = volume === 0;
    this.#mutedByBrowser = false;
  }

  seek(position_s: number): void {
    this.video.currentTime = position_s;
  }

  setRate(rate: number): void {
    this.video.defaultPlaybackRate = rate;
    this.video.playbackRate = rate;
  }

  choose(level: number): void {
    if (this.stream.hls) this.stream.hls.currentLevel = level;
  }

  toLive(): void {
    this.stream.toLive();
  }

  /** Back in view after the browser paused a hidden tab: go on, at the live edge. True when it had stopped. */
  async wake(): Promise<boolean> {
    const stopped =
      this.video.paused && this.#wanted && this.#expected && !this.#needsClick && this.stream.running;
    if (stopped) {
      if (this.#live) this.stream.toLive();
      await this.#begin();
    }
    return stopped;
  }

  /** After a pause: where one may go back, at the place of before, else at the broadcast. */
  #goOn(): void {
    if (this.#reach_s() > 0 && this.#started) this.goBack(this.#far_s());
    else this.stream.toLive();
  }

  /** Where one may go back, a viewer is at the broadcast or has gone back; there is nothing between. */
  get #tolerated_s(): number {
    return this.#past.dvr_s > 0 ? NEAR_S - 3 : BEHIND_S;
  }

  #reach_s(): number {
    return this.#live ? reach_s(this.#past, this.#serverNow()) : 0;
  }

  /** How far behind the broadcast the picture is. */
  #far_s(): number {
    if (this.#past.dvr_s === 0) return this.stream.latency_s();
    return behind_s(this.stream.programme_ms(), this.#serverNow());
  }

  /** Be where everybody is of a recording that is played by the clock. */
  #keepTo(delay_ms: number): void {
    const { video } = this;
    const programme_ms = this.stream.programme_ms();
    if (programme_ms === null || video.paused || video.seeking || video.ended || video.readyState < 3) return;
    const jump_s = this.#schedule.jump_s(this.#serverNow(), programme_ms, delay_ms);
    if (jump_s !== 0) video.currentTime += jump_s;
  }

  async #begin(): Promise<void> {
    if (!this.#wanted) return;
    if (await this.#tryPlay()) return;
    if (!this.video.muted) {
      this.video.muted = true;
      this.#mutedByBrowser = true;
      if (await this.#tryPlay()) return;
    }
    this.#needsClick = !document.hidden;
    this.#changed();
  }

  /** False only when the browser does not allow it; an interrupted start is no refusal. */
  async #tryPlay(): Promise<boolean> {
    try {
      await this.video.play();
      this.#needsClick = false;
    } catch (error) {
      if (error instanceof DOMException && error.name === "NotAllowedError") return false;
    }
    this.#changed();
    return true;
  }

  /** A pause that nobody asked for, in a page that is seen (a headset taken off, another app's call). */
  async #resumeIfNotAsked(): Promise<void> {
    if (this.#wanted && !document.hidden && this.#expected && !this.video.ended) await this.#begin();
  }
}
