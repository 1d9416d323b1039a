// Messages and frames as a server would tell them.
import type { Chat, ChatItem } from "../../shared/wire";

export function item(id: number, change: Partial<ChatItem> = {}): ChatItem {
  return {
    id,
    version: id,
    at_ms: id,
    kind: "message",
    by: 7,
    author: "Анна",
    text: `${id}`,
    ref: `r${id}`,
    mentions: [],
    reply: null,
    votes: 0,
    answered: false,
    ...change,
  };
}

export function frame(since: number, version: number, items: ChatItem[], change: Partial<Chat> = {}): Chat {
  return { type: "chat", since, version, items, removed: [], snapshot: false, more: false, ...change };
}

export const snapshot = (version: number, items: ChatItem[], more = false): Chat =>
  frame(0, version, items, { snapshot: true, more });

/** Numbers that look random and are the same each time (mulberry32). */
export function drawn(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
