/**
 * One HLS stream in one <video>: loading with the newest token, and coming back after every failure.
 *
 * It knows hls.js (or the browser's own HLS) and the path of the playlist. Whether anybody wants to watch, and
 * whether there is a picture to expect, it is told.
 */
import Hls, { type ErrorData, ErrorDetails, ErrorTypes, Events, type HlsConfig } from "hls.js/light";
import { backoff_ms } from "../connection/backoff";
import { Haste } from "./haste";
import { classic, rewound, tokenOf, withToken } from "./path";

/** A picture that should move and does not for this long is started anew. */
const STUCK_MS = 6_000;
const MEDIA_RECOVERY_MS = 5_000;
/** As far behind as a classic stream lets anybody be: 12 segments. */
const FAR_BEHIND_S = 24;

export class Stream {
  #video: HTMLVideoElement;
  #ready: () => void;
  #moved: () => void;
  #hls: Hls | null = null;
  #playlist: string | null = null;
  #token: string | null = null;
  #haste = new Haste();
  #failures = 0;
  #recovered_ms = Number.NEGATIVE_INFINITY;
  #retry: { readonly at_ms: number; readonly anew: boolean } | null = null;
  #position_s = -1;
  #begin_s: number | null = null;
  #ago_s: number | null = null;
  #moved_ms = 0;
  #date: { offset_ms: number } | null = null;
  #programme_ms: number | null = null;

  /** `ready`: there is something to play; `moved`: another piece plays, programme time may have jumped. */
  constructor(video: HTMLVideoElement, ready: () => void, moved: () => void) {
    this.#video = video;
    this.#ready = ready;
    this.#moved = moved;
  }

  get running(): boolean {
    return this.#hls !== null || this.#video.src !== "";
  }

  get hls(): Hls | null {
    return this.#hls;
  }

  /** The newest playlist path; a running stream takes its token along without a break. */
  use(playlist: string): void {
    this.#playlist = playlist;
    this.#token = tokenOf(playlist);
  }

  /** Begin at this position of a recording; null: where a broadcast is. */
  beginAt(position_s: number | null): void {
    this.#begin_s = position_s;
  }

  /** Show the broadcast as it was so many seconds ago; null: as it is. */
  goBack(ago_s: number | null): void {
    this.#ago_s = ago_s;
    this.start(performance.now());
  }

  start(now_ms: number): void {
    this.#retry = null;
    this.#moved_ms = now_ms;
    if (this.#playlist === null) return;
    if (this.#begin_s !== null && this.#video.currentTime > 0) this.#begin_s = this.#video.currentTime;
    this.stop();
    if (Hls.isSupported()) this.#startHls(this.#playlist);
    else this.#startNative(this.#playlist);
  }

  stop(): void {
    this.#date = null;
    this.#hls?.destroy();
    this.#hls = null;
    if (this.#video.hasAttribute("src")) {
      this.#video.removeAttribute("src");
      this.#video.load();
    }
  }

  /** Look after the stream. `expected`: there is a picture and the viewer wants it. */
  pulse(now_ms: number, expected: boolean): void {
    if (this.#video.currentTime !== this.#position_s) {
      this.#position_s = this.#video.currentTime;
      this.#moved_ms = now_ms;
      this.#failures = 0;
    }
    if (!expected) this.#moved_ms = Math.max(this.#moved_ms, now_ms - STUCK_MS / 2);
    else if (!this.running || now_ms - this.#moved_ms > STUCK_MS) this.start(now_ms);
    else if (this.#isLow && this.#begin_s === null && this.latency_s() > FAR_BEHIND_S) this.toLive();
    else if (this.#retry && now_ms >= this.#retry.at_ms) this.#again(this.#retry.anew, now_ms);
  }

  /** True while the picture moved a moment ago. */
  moving(now_ms: number): boolean {
    return this.#position_s > 0 && now_ms - this.#moved_ms < 2_500;
  }

  /** Programme time of the current or the last picture (Unix ms), or null where the stream has never said. */
  programme_ms(): number | null {
    const date = this.#hls?.playingDate ?? nativeDate(this.#video);
    const at_ms = this.#video.currentTime * 1000;
    if (date) this.#date = { offset_ms: date.getTime() - at_ms };
    if (this.#date) this.#programme_ms = this.#date.offset_ms + at_ms;
    return this.#programme_ms;
  }

  /** How far behind the newest picture, in seconds. */
  latency_s(): number {
    return this.#hls?.latency ?? 0;
  }

  toLive(): void {
    if (this.#ago_s !== null) {
      this.goBack(null);
      return;
    }
    const live_s = this.#hls?.liveSyncPosition;
    if (live_s) this.#video.currentTime = live_s;
  }

  get #isLow(): boolean {
    return this.#haste.low && this.#ago_s === null;
  }

  #source(playlist: string): string {
    if (this.#ago_s !== null) return rewound(playlist, this.#ago_s);
    return this.#haste.low ? playlist : classic(playlist);
  }

  #startHls(playlist: string): void {
    const hls = new Hls(this.#config());
    this.#hls = hls;
    hls.on(Events.ERROR, (_, error) => this.#failed(hls, error));
    hls.on(Events.MANIFEST_PARSED, () => this.#ready());
    hls.on(Events.FRAG_CHANGED, () => this.#moved());
    hls.loadSource(this.#source(playlist));
    hls.attachMedia(this.#video);
  }

  #config(): Partial<HlsConfig> {
    return {
      liveDurationInfinity: true,
      startPosition: this.#begin_s ?? -1,
      // Said to a low-latency stream, these would keep it from being close behind.
      ...(this.#isLow ? {} : { liveMaxLatencyDurationCount: 12, liveSyncDurationCount: 3 }),
      backBufferLength: 30,
      maxBufferLength: 20,
      lowLatencyMode: this.#isLow,
      xhrSetup: (request, url) => request.open("GET", withToken(url, this.#token), true),
    };
  }

  #startNative(playlist: string): void {
    this.#video.src = this.#ago_s === null ? playlist : rewound(playlist, this.#ago_s);
    const loaded = () => {
      if (this.#begin_s) this.#video.currentTime = this.#begin_s;
      this.#ready();
    };
    this.#video.addEventListener("loadedmetadata", loaded, { once: true });
  }

  #failed(hls: Hls, error: ErrorData): void {
    if (hls !== this.#hls) return;
    const now_ms = performance.now();
    const stalled = error.details === ErrorDetails.BUFFER_STALLED_ERROR;
    if (stalled && this.#isLow && this.#haste.stalled(now_ms)) {
      this.start(now_ms);
      return;
    }
    if (!error.fatal) return;
    if (error.type === ErrorTypes.MEDIA_ERROR && now_ms - this.#recovered_ms > MEDIA_RECOVERY_MS) {
      this.#recovered_ms = now_ms;
      hls.recoverMediaError();
      return;
    }
    const answered = (error.response?.code ?? 0) >= 400;
    const anew = answered || error.type !== ErrorTypes.NETWORK_ERROR || hls.levels.length === 0;
    const wait_ms = 500 + backoff_ms(Math.min(this.#failures, 3), Math.random());
    this.#retry = { at_ms: now_ms + wait_ms, anew };
    this.#failures += 1;
  }

  /** While nobody answers the last picture stays and loading goes on; a server that refuses is asked anew. */
  #again(anew: boolean, now_ms: number): void {
    if (anew || !this.#hls) {
      this.start(now_ms);
      return;
    }
    this.#retry = null;
    this.#moved_ms = now_ms;
    this.#hls.startLoad();
  }
}

function nativeDate(video: HTMLVideoElement): Date | null {
  const start = (video as { getStartDate?: () => Date }).getStartDate?.();
  return start && !Number.isNaN(start.getTime())
    ? new Date(start.getTime() + video.currentTime * 1000)
    : null;
}
