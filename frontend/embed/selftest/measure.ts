/** Looks at this browser, this device, the line to the server and the site around the frame, for the self-test. */
import Hls from "hls.js/light";
import type { LineSeen, PictureSeen, SiteSeen } from "./findings";

const VIDEO = 'video/mp4; codecs="avc1.4d401f"';
const AUDIO = 'audio/mp4; codecs="mp4a.40.2"';
const SAMPLE = { width: 1280, height: 720, bitrate: 2_500_000, framerate: 25 };

const ASKED = 6;
const ANSWER_WITHIN_MS = 8_000;
/** So much is loaded at most to tell how fast it comes, for so long at most. */
const LOAD_WITHIN_MS = 6_000;

export async function lookAtPicture(): Promise<PictureSeen> {
  const video = document.createElement("video");
  const native = video.canPlayType("application/vnd.apple.mpegurl") !== "";
  if (!Hls.isSupported() && !native) return { player: false, codecs: false, smooth: null };
  const codecs = [VIDEO, AUDIO].every((type) => Hls.getMediaSource()?.isTypeSupported(type) ?? native);
  return { player: true, codecs, smooth: codecs ? await isSmooth() : null };
}

async function isSmooth(): Promise<boolean | null> {
  const asked = { type: "media-source", video: { contentType: VIDEO, ...SAMPLE } } as const;
  return (await navigator.mediaCapabilities?.decodingInfo(asked).catch(() => null))?.smooth ?? null;
}

export interface Heard {
  readonly line: LineSeen;
  /** The device's clock minus the server's; null: it did not say. */
  readonly ahead_ms: number | null;
}

/** Ask the server a few times, load something of a size that is known, open a socket. */
export async function lookAtLine(media: string): Promise<Heard> {
  const answers_ms: number[] = [];
  let ahead_ms: number | null = null;
  let failed = 0;
  for (let asked = 0; asked < ASKED; asked += 1) {
    const began_ms = performance.now();
    const date = await dateOfServer();
    if (date === null) failed += 1;
    else {
      answers_ms.push(performance.now() - began_ms);
      // The header tells whole seconds: half of one is nearest on average.
      ahead_ms = Date.now() - date - 500;
    }
  }
  const socket = await opensSocket(media);
  return { line: { answers_ms, failed, rate_kbit: await rate(), socket }, ahead_ms };
}

async function dateOfServer(): Promise<number | null> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const answer = await fetch("/health/live", { cache: "no-store", signal }).catch(() => null);
  const date = Date.parse(answer?.headers.get("date") ?? "");
  return answer?.ok && Number.isFinite(date) ? date : null;
}

/** Kilobits in a second while the largest script of this page comes once more; null: nothing came. */
async function rate(): Promise<number | null> {
  const [largest] = (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
    .filter(({ name }) => new URL(name).pathname.startsWith("/assets/"))
    .sort((a, b) => b.encodedBodySize - a.encodedBodySize);
  if (!largest) return null;
  const signal = AbortSignal.timeout(LOAD_WITHIN_MS);
  const answer = await fetch(largest.name, { cache: "reload", signal }).catch(() => null);
  if (!answer?.ok) return null;
  // Counted from its first byte: the way there and back is told apart.
  const began_ms = performance.now();
  const all = await answer.arrayBuffer().then(
    () => true,
    () => false,
  );
  const took_ms = Math.max(1, performance.now() - began_ms);
  return all ? (largest.encodedBodySize * 8) / took_ms : 0;
}

/** It is closed before it has said who it is. */
function opensSocket(media: string): Promise<boolean> {
  return new Promise((tell) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/embed/${media}/socket`);
    const done = (opened: boolean) => {
      clearTimeout(timer);
      socket.close();
      tell(opened);
    };
    const timer = setTimeout(() => done(false), ANSWER_WITHIN_MS);
    socket.onopen = () => done(true);
    socket.onerror = () => done(false);
  });
}

/** Whether what is written stays in this browser. */
export function lookAtStorage(): Promise<boolean> {
  const name = "rollcall.selftest";
  return new Promise((tell) => {
    const opening = indexedDB.open(name);
    opening.onerror = () => tell(false);
    opening.onupgradeneeded = () => opening.result.createObjectStore("rows");
    opening.onsuccess = () => {
      const writing = opening.result.transaction("rows", "readwrite");
      writing.objectStore("rows").put(1, 1);
      const done = (kept: boolean) => {
        opening.result.close();
        indexedDB.deleteDatabase(name);
        tell(kept);
      };
      writing.oncomplete = () => done(true);
      writing.onabort = () => done(false);
    };
  });
}

interface Policy {
  allowsFeature(feature: string): boolean;
}

export function lookAtSite(): SiteSeen {
  const policy = (document as Document & { featurePolicy?: Policy }).featurePolicy;
  return {
    framed: parent !== self,
    fullscreen: document.fullscreenEnabled ?? null,
    pip: document.pictureInPictureEnabled ?? null,
    autoplay: policy?.allowsFeature("autoplay") ?? null,
  };
}
