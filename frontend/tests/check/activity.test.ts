import { describe, expect, it } from "vitest";
import { Activity } from "../../embed/check/activity";

const by = (type: string, pointerType?: string, isTrusted = true) => ({
  type,
  isTrusted,
  ...(pointerType ? { pointerType } : {}),
});

describe("activity before an answer", () => {
  it("is a move, a touch or a key", () => {
    for (const event of [by("pointermove", "mouse"), by("pointerdown", "touch"), by("keydown")]) {
      const activity = new Activity();
      activity.note(event, 1_000);
      expect(activity.since(1_000)).toBe(true);
      expect(activity.since(1_001)).toBe(false);
    }
  });

  it("is not a press of a mouse that never moved, nor what a program made up", () => {
    const activity = new Activity();
    activity.note(by("pointerdown", "mouse"), 1_000);
    activity.note(by("pointermove", "mouse", false), 1_000);
    activity.note(by("keydown", undefined, false), 1_000);
    expect(activity.since(0)).toBe(false);
  });

  it("is heard on the page", () => {
    const page = new EventTarget();
    const activity = new Activity();
    activity.follow(page, () => 5);
    page.dispatchEvent(new Event("keydown"));
    expect(activity.since(0)).toBe(false);
  });
});
