/**
 * The words of Boomstream's player for what our player tells and takes: field names that its clients know.
 *
 * Pure. Positions are seconds there; volumes are percent. What our player cannot do is not taken.
 */
import type { ToParent, Wish } from "./parent";

export interface BoomstreamEvent {
  readonly method: "loaded" | "play" | "pause" | "time";
  readonly code: string;
  readonly time: number;
  readonly duration: number;
}

/** The event for a message at a position, or null where they have none. */
export function inBoomstream(message: ToParent, code: string, position_s: number): BoomstreamEvent | null {
  switch (message.type) {
    case "loaded":
    case "play":
    case "pause":
    case "time":
      return { method: message.type, code, time: position_s, duration: 0 };
    default:
      return null;
  }
}

/** The wish in an action of theirs, if it is for this media and one that we know. */
export function actionOf(data: unknown, code: string): Wish | null {
  if (typeof data !== "object" || data === null) return null;
  const said = data as { code?: unknown; method?: unknown; action?: unknown; data?: unknown };
  if (said.method !== "action" || said.code !== code) return null;
  const { action } = said;
  if (action === "play" || action === "pause" || action === "mute" || action === "unmute")
    return { type: action };
  const percent = Number(said.data);
  if (action === "volume" && said.data !== null && percent >= 0 && percent <= 100) {
    return { type: "volume", volume: percent / 100 };
  }
  return null;
}
