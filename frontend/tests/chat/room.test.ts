import { describe, expect, test } from "vitest";
import {
  EMPTY_ROOM,
  lacks,
  type Pending,
  type Room,
  ranked,
  trimmed,
  withFrame,
  withHistory,
  withMe,
  withOwn,
  withRefusal,
  withVote,
} from "../../embed/chat/room";
import type { ChatHistory, ChatItem, ChatMe } from "../../shared/wire";
import { frame, item, snapshot } from "./items";

const ids = (items: readonly ChatItem[]) => items.map((each) => each.id);
const greeted = (...items: ChatItem[]): Room =>
  withFrame(EMPTY_ROOM, snapshot(items.at(-1)?.version ?? 0, items));
const own: Pending = {
  ref: "r5",
  text: "привет",
  kind: "message",
  reply_to: null,
  mentions: [],
  refused: null,
  again_ms: null,
};
const ME: ChatMe = { type: "chat_me", version: 1, number: 7, banned: false, wait_ms: 0, voted: [], own: [] };

describe("frames", () => {
  test("go on from each other, and one that comes again changes nothing", () => {
    const room = withFrame(greeted(item(1), item(2)), frame(2, 4, [item(3), item(4)]));
    expect([ids(room.items), room.version]).toEqual([[1, 2, 3, 4], 4]);
    expect(withFrame(room, frame(2, 4, [item(3), item(4)]))).toBe(room);
  });

  test("wait for one that was lost, which shows", () => {
    const room = withFrame(greeted(item(1)), frame(2, 3, [item(3)]));
    expect([ids(room.items), lacks(room)]).toEqual([[1], true]);
    const whole = withFrame(room, frame(1, 2, [item(2)]));
    expect([ids(whole.items), whole.version, whole.ahead, lacks(whole)]).toEqual([[1, 2, 3], 3, [], false]);
  });

  test("before the first greeting wait for it", () => {
    const early = withFrame(EMPTY_ROOM, frame(0, 1, [item(1)]));
    expect(ids(early.items)).toEqual([]);
    const room = withFrame(early, snapshot(0, []));
    expect([ids(room.items), room.version]).toEqual([[1], 1]);
  });

  test("a snapshot replaces everything", () => {
    const room = withFrame(greeted(item(1), item(2)), snapshot(9, [item(9)], true));
    expect([ids(room.items), room.more, room.version]).toEqual([[9], true, 9]);
  });

  test("a snapshot that was overtaken lets what is lacking be asked for, once", () => {
    const room = withFrame(greeted(item(1), item(2)), snapshot(1, [item(1)]));
    expect([ids(room.items), lacks(room)]).toEqual([[1], true]);
    expect(lacks(withFrame(room, snapshot(1, [item(1)])))).toBe(false);
  });

  test("change what is known in its place", () => {
    const room = withFrame(greeted(item(1), item(2)), frame(2, 3, [item(1, { votes: 3 })]));
    expect(room.items.map(({ id, votes }) => [id, votes])).toEqual([
      [1, 3],
      [2, 0],
    ]);
  });

  test("say nothing of what is not here yet", () => {
    const room = { ...greeted(item(5), item(6)), more: true };
    expect(ids(withFrame(room, frame(6, 7, [item(2, { votes: 1 })])).items)).toEqual([5, 6]);
  });

  test("take away what was removed, and what is quoted of it", () => {
    const reply = { id: 1, by: 7, author: "Анна", question: false, text: "1" };
    const room = withFrame(greeted(item(1), item(2, { reply })), frame(2, 3, [], { removed: [1] }));
    expect(ids(room.items)).toEqual([2]);
    expect(room.items[0]?.reply?.text).toBeNull();
  });
});

describe("history", () => {
  test("goes before the first message, if it is still the first", () => {
    const room = { ...greeted(item(5)), more: true, loading: true };
    const told: ChatHistory = { type: "chat_history", before: 5, items: [item(3), item(4)], more: false };
    const whole = withHistory(room, told);
    expect([ids(whole.items), whole.more, whole.loading]).toEqual([[3, 4, 5], false, false]);
    expect(ids(withHistory(whole, told).items)).toEqual([3, 4, 5]);
  });

  test("can be asked for again where it was let go", () => {
    const room = trimmed(greeted(item(1), item(2), item(3)), 2);
    expect([ids(room.items), room.more]).toEqual([[2, 3], true]);
  });
});

describe("own messages", () => {
  test("are there at once and only once", () => {
    const said = withOwn(greeted(item(4)), own, 0);
    expect(said.pending).toEqual([own]);
    const back = withFrame(said, frame(4, 5, [item(5)]));
    expect([back.pending, ids(back.items), back.me]).toEqual([[], [4, 5], 7]);
  });

  test("of somebody else under the same name are not taken for it", () => {
    const said = withOwn({ ...greeted(item(4)), me: 8 }, own, 0);
    expect(withFrame(said, frame(4, 5, [item(5, { ref: "other" })])).pending).toEqual([own]);
  });

  test("that wait for a moderator are told as such until everybody sees them", () => {
    const waiting = {
      id: 5,
      ref: "r5",
      at_ms: 5,
      kind: "message",
      text: "привет",
      state: "waiting",
    } as const;
    const waits = withMe(withOwn(greeted(item(4)), own, 0), { ...ME, own: [waiting] }, 0);
    expect([waits.pending, waits.own]).toEqual([[], [waiting]]);
    const shown = withFrame(waits, frame(4, 6, [item(5, { version: 6 })]));
    expect([shown.own, ids(shown.items)]).toEqual([[], [4, 5]]);
  });

  test("that are refused say why", () => {
    const room = withOwn(greeted(), own, 0);
    const refused = withRefusal(room, { type: "not_said", ref: "r5", code: "chat_closed", retry_s: 0 }, 0);
    expect(refused.pending.map((each) => each.refused)).toEqual(["chat_closed"]);
  });

  test("that came too soon are said again later", () => {
    const room = withOwn(greeted(), own, 0);
    const later = withRefusal(
      room,
      { type: "not_said", ref: "r5", code: "too_many_requests", retry_s: 2 },
      500,
    );
    expect(later.pending.map(({ refused, again_ms }) => [refused, again_ms])).toEqual([[null, 2_500]]);
  });

  test("that were said before wait no more", () => {
    const room = withOwn(greeted(), own, 0);
    expect(
      withRefusal(room, { type: "not_said", ref: "r5", code: "said_before", retry_s: 0 }, 0).pending,
    ).toEqual([]);
  });

  test("are not forgotten for what the server said earlier and came later", () => {
    const waiting = {
      id: 5,
      ref: "r5",
      at_ms: 5,
      kind: "message",
      text: "привет",
      state: "waiting",
    } as const;
    const room = withMe(greeted(item(4)), { ...ME, version: 5, own: [waiting] }, 0);
    expect(withMe(room, { ...ME, version: 4, own: [] }, 0)).toBe(room);
  });

  test("make wait in slow mode", () => {
    expect(withOwn({ ...greeted(), slow_s: 30 }, own, 1_000).wait_until_ms).toBe(31_000);
    expect(withMe(greeted(), { ...ME, wait_ms: 12_000 }, 1_000).wait_until_ms).toBe(13_000);
  });
});

describe("questions", () => {
  const asked = (id: number, votes: number, answered = false) =>
    item(id, { kind: "question", votes, answered });

  test("open ones come first, then those with most votes", () => {
    expect(ids(ranked([asked(1, 9, true), asked(2, 1), asked(3, 5), asked(4, 5)]))).toEqual([3, 4, 2, 1]);
  });

  test("a vote shows at once, and the same twice counts once", () => {
    const room = { ...greeted(asked(1, 2)), questions: [asked(1, 2)] };
    const once = withVote(room, 1, true);
    expect([once.items[0]?.votes, once.questions?.[0]?.votes, once.voted]).toEqual([3, 3, [1]]);
    expect(withVote(once, 1, true).items[0]?.votes).toBe(3);
    expect(withVote(once, 1, false).items[0]?.votes).toBe(2);
  });

  test("frames keep the list of them up to date", () => {
    const room = { ...greeted(asked(1, 2), asked(2, 0)), questions: [asked(1, 2), asked(2, 0)] };
    const next = withFrame(room, frame(2, 5, [asked(2, 1), asked(4, 0), item(5)], { removed: [1] }));
    expect(next.questions?.map(({ id, votes }) => [id, votes])).toEqual([
      [2, 1],
      [4, 0],
    ]);
  });
});
