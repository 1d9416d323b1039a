/**
 * The words of Boomstream's player for what our player tells and takes: field names that its clients know.
 *
 * Pure. Positions are seconds there; volumes are percent. What our player cannot do is not taken.
 */
import type { ToParent, Wish } from "./parent";

export type BoomstreamEvent =
  | {
      readonly method: "loaded" | "play" | "pause" | "stop" | "time";
      readonly code: string;
      readonly time: number;
      readonly duration: number;
    }
  | {
      readonly method: "progress" | "fullScreen" | "event";
      readonly code: string;
      readonly event: "change" | "requestFullscreen" | "exitFullscreen" | "window.onfocus" | "window.onblur";
    };

/** The event for a message, or null where they have none. */
export function inBoomstream(message: ToParent, code: string): BoomstreamEvent | null {
  switch (message.type) {
    case "loaded":
      return { method: "loaded", code, time: 0, duration: 0 };
    case "play":
    case "pause":
    case "stop":
    case "time":
      return {
        method: message.type,
        code,
        time: message.position_ms / 1000,
        duration: message.duration_ms / 1000,
      };
    case "seek":
      return { method: "progress", code, event: "change" };
    case "full_screen":
      return { method: "fullScreen", code, event: message.on ? "requestFullscreen" : "exitFullscreen" };
    case "focus":
      return { method: "event", code, event: message.focused ? "window.onfocus" : "window.onblur" };
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
  const number = said.data === null || said.data === "" ? Number.NaN : Number(said.data);
  if (action === "volume" && number >= 0 && number <= 100) return { type: "volume", volume: number / 100 };
  if (action === "seek" && number >= 0 && Number.isFinite(number))
    return { type: "seek", position_s: number };
  return null;
}
