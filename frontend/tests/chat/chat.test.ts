import { describe, expect, test } from "vitest";
import { pieces } from "../../embed/chat/linkify";
import { EMPTY_ROOM, KEPT, withFrame, withOwn, withRefusal } from "../../embed/chat/room";
import type { Chat, ChatItem } from "../../shared/wire";

function item(id: number, change: Partial<ChatItem> = {}): ChatItem {
  return { id, at_ms: id, author: "А", own: false, organiser: false, text: `${id}`, ref: null, ...change };
}

function frame(items: ChatItem[], change: Partial<Chat> = {}): Chat {
  return { type: "chat", version: items.length, items, removed: [], snapshot: false, ...change };
}

const ids = (items: readonly ChatItem[]) => items.map((each) => each.id);

describe("the room", () => {
  test("frames add, repeat harmlessly and remove", () => {
    const some = withFrame(EMPTY_ROOM, frame([item(1), item(2)]));
    const more = withFrame(some, frame([item(2), item(3)], { removed: [1], version: 4 }));
    expect(ids(more.items)).toEqual([2, 3]);
    expect(more.version).toBe(4);
  });

  test("a snapshot replaces everything", () => {
    const some = withFrame(EMPTY_ROOM, frame([item(1), item(2)]));
    expect(ids(withFrame(some, frame([item(9)], { snapshot: true })).items)).toEqual([9]);
  });

  test("an own message is there at once and only once", () => {
    const own = { ref: "r1", text: "привет", said_ms: 0, refused: null };
    const said = withOwn(EMPTY_ROOM, own);
    expect(said.pending).toEqual([own]);
    const back = withFrame(said, frame([item(5, { own: true, ref: "r1" })]));
    expect([back.pending, ids(back.items)]).toEqual([[], [5]]);
  });

  test("a refused message says why", () => {
    const said = withOwn(EMPTY_ROOM, { ref: "r1", text: "x", said_ms: 0, refused: null });
    const room = withRefusal(said, { type: "not_said", ref: "r1", code: "chat_closed", retry_s: 0 });
    expect(room.pending.map((each) => each.refused)).toEqual(["chat_closed"]);
  });

  test("only the newest messages are kept", () => {
    const many = Array.from({ length: KEPT + 50 }, (_, index) => item(index + 1));
    expect(ids(withFrame(EMPTY_ROOM, frame(many)).items).at(0)).toBe(51);
  });
});

describe("links", () => {
  test("addresses become links, the rest stays text", () => {
    expect(pieces("см. https://example.org/a?b=1, и (http://example.org/x).")).toEqual([
      { text: "см. ", href: null },
      { text: "https://example.org/a?b=1", href: "https://example.org/a?b=1" },
      { text: ", и (", href: null },
      { text: "http://example.org/x", href: "http://example.org/x" },
      { text: ").", href: null },
    ]);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,x",
    "<img src=x onerror=alert(1)>",
    "ftp://a.b/c",
    "http://",
  ])("%s is no link", (text) => expect(pieces(text)).toEqual([{ text, href: null }]));
});
