/** The state of evidence that a <video> is in. Pure: reads properties, changes nothing. */
import type { State } from "../evidence/sample";

export interface Look {
  readonly video: Pick<HTMLVideoElement, "paused" | "ended" | "seeking" | "readyState">;
  /** The organiser has ended the media. */
  readonly over: boolean;
}

const HAVE_FUTURE_DATA = 3;

export function stateOf({ video, over }: Look): State {
  if (over || video.ended) return "ended";
  if (video.paused) return "paused";
  if (video.seeking) return "seeking";
  return video.readyState < HAVE_FUTURE_DATA ? "stalled" : "playing";
}
