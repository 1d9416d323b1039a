/**
 * The chat as this page knows it, as a value. Pure: frames of the server and own messages in, the room out.
 *
 * Own messages are there at once under their `ref` and are replaced by the server's copy. Only the newest are kept.
 */
import type { Chat, ChatItem, ChatState, NotSaid } from "../../shared/wire";

export const KEPT = 500;

export interface Pending {
  readonly ref: string;
  readonly text: string;
  readonly said_ms: number;
  /** Why the server did not take it. */
  readonly refused: string | null;
}

export interface Room {
  readonly version: number;
  readonly items: readonly ChatItem[];
  readonly pending: readonly Pending[];
  readonly mode: ChatState["mode"];
  readonly slow_s: number;
}

export const EMPTY_ROOM: Room = { version: 0, items: [], pending: [], mode: "open", slow_s: 0 };

export function withFrame(room: Room, frame: Chat): Room {
  const gone = new Set(frame.removed);
  const known = frame.snapshot ? [] : room.items.filter((item) => !gone.has(item.id));
  const seen = new Set(known.map((item) => item.id));
  const items = [...known, ...frame.items.filter((item) => !seen.has(item.id) && !gone.has(item.id))];
  const returned = new Set(frame.items.map((item) => item.ref));
  const pending = room.pending.filter((each) => !returned.has(each.ref));
  return { ...room, version: frame.version, items: items.slice(-KEPT), pending };
}

export function withOwn(room: Room, own: Pending): Room {
  return { ...room, pending: [...room.pending, own] };
}

export function withState(room: Room, { mode, slow_s }: ChatState): Room {
  return { ...room, mode, slow_s };
}

export function withRefusal(room: Room, { ref, code }: NotSaid): Room {
  return {
    ...room,
    pending: room.pending.map((each) => (each.ref === ref ? { ...each, refused: code } : each)),
  };
}
