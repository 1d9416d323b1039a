import { beforeEach, describe, expect, test } from "vitest";
import { LATE_MS, Talk } from "../../embed/chat/talk";
import { FIRST_VIEW, type View } from "../../embed/view";
import { Store } from "../../shared/store";
import type { ViewerIn } from "../../shared/wire";
import { frame, item, snapshot } from "./items";

let view: Store<View>;
let sent: ViewerIn[];
let talk: Talk;
const kinds = () => sent.map(({ type }) => type);

beforeEach(() => {
  view = new Store(FIRST_VIEW);
  sent = [];
  talk = new Talk(
    view,
    (message) => sent.push(message) > 0,
    async () => undefined,
  );
});

const DRAFT = { text: "Добрый день", kind: "message", reply_to: null, mentions: [] } as const;

describe("an own message", () => {
  test("is said again after each reconnect, under the same name, until the room has it", () => {
    talk.say(DRAFT, 0);
    expect(sent).toEqual([]);
    talk.opened();
    talk.lost();
    talk.opened();
    const [first, second] = sent;
    expect([sent.length, second]).toEqual([2, first]);
    const ref = first?.type === "say" ? first.ref : "";
    talk.heard(snapshot(1, [item(1, { ref })]), 0);
    talk.lost();
    talk.opened();
    expect(sent.length).toBe(2);
  });

  test("that came too soon is said again when its time has come", () => {
    talk.opened();
    talk.say(DRAFT, 0);
    const ref = view.value.room.pending[0]?.ref ?? "";
    talk.heard({ type: "not_said", ref, code: "too_many_requests", retry_s: 3 }, 1_000);
    talk.pulse(3_999);
    expect(sent.length).toBe(1);
    talk.pulse(4_000);
    talk.pulse(5_000);
    expect(sent.length).toBe(2);
  });

  test("that was refused is not said again, and can be put away", () => {
    talk.opened();
    talk.say(DRAFT, 0);
    const ref = view.value.room.pending[0]?.ref ?? "";
    talk.heard({ type: "not_said", ref, code: "chat_closed", retry_s: 0 }, 0);
    talk.opened();
    expect(sent.length).toBe(1);
    talk.discard(ref);
    expect(view.value.room.pending).toEqual([]);
  });
});

test("what a lost frame has brought is asked for, not at each pulse", () => {
  talk.opened();
  talk.heard(snapshot(1, [item(1)]), 0);
  talk.heard(frame(2, 3, [item(3)]), 0);
  talk.pulse(LATE_MS - 1);
  expect(sent).toEqual([]);
  talk.pulse(LATE_MS);
  talk.pulse(LATE_MS + 1_000);
  expect(sent).toEqual([{ type: "ask_chat_tail", after: 1 }]);
  talk.heard(frame(1, 3, [item(2), item(3)]), LATE_MS + 1_100);
  talk.pulse(60_000);
  expect(sent.length).toBe(1);
});

test("earlier messages are asked for once at a time, and again after the line broke", () => {
  talk.opened();
  talk.heard(snapshot(9, [item(8), item(9)], true), 0);
  talk.earlier(0);
  talk.earlier(0);
  expect(sent).toEqual([{ type: "ask_chat_history", before: 8 }]);
  talk.lost();
  talk.opened();
  talk.earlier(0);
  expect(kinds()).toEqual(["ask_chat_history", "ask_chat_history"]);
  talk.heard({ type: "chat_history", before: 8, items: [item(7)], more: false }, 0);
  talk.earlier(0);
  expect(sent.length).toBe(2);
});

test("earlier messages that the server did not tell are asked for again", () => {
  talk.opened();
  talk.heard(snapshot(9, [item(8), item(9)], true), 0);
  talk.earlier(0);
  talk.pulse(4_999);
  talk.earlier(4_999);
  expect(sent.length).toBe(1);
  talk.pulse(5_000);
  talk.earlier(5_000);
  expect(sent.length).toBe(2);
});

test("a page that is open all day keeps the newest messages only, unless somebody reads earlier ones", () => {
  talk.opened();
  talk.heard(snapshot(1, [item(1)]), 0);
  const many = Array.from({ length: 1_000 }, (_, index) => item(index + 2));
  talk.follow(false);
  talk.heard(frame(1, 1_001, many), 0);
  expect(view.value.room.items.length).toBe(1_001);
  talk.follow(true);
  talk.heard(frame(1_001, 1_002, [item(1_002)]), 0);
  expect([view.value.room.items.length, view.value.room.items.at(-1)?.id, view.value.room.more]).toEqual([
    600,
    1_002,
    true,
  ]);
});

test("what draws it is fetched when the player opens, and again when that failed", async () => {
  let fetched = 0;
  const part = new Talk(
    view,
    () => true,
    async () => {
      fetched += 1;
      if (fetched === 1) throw new Error("offline");
    },
  );
  part.opened();
  await Promise.resolve();
  await Promise.resolve();
  expect(view.value.chatPart).toBe("failed");
  await part.load();
  await part.load();
  expect([view.value.chatPart, fetched]).toEqual(["here", 2]);
});
