import { beforeEach, expect, test, vi } from "vitest";
import { Checks } from "../../embed/check/checks";
import { ParentPage } from "../../embed/host/parent";
import { Chime } from "../../embed/playback/chime";
import { FIRST_VIEW, type View } from "../../embed/view";
import { Store } from "../../shared/store";
import type { Prompt } from "../../shared/wire";

const CODE: Prompt = {
  type: "prompt",
  check: "check001",
  kind: "code",
  text: null,
  sound: false,
  lifetime_ms: 60_000,
  left_ms: 60_000,
  issued_at_ms: 0,
  code: "1234",
  question: null,
  mac: "0123456789abcdef",
};

const PROOF = { issued_at_ms: CODE.issued_at_ms, mac: CODE.mac };

function checks(): { checks: Checks; marks: unknown[]; view: Store<View> } {
  const marks: unknown[] = [];
  const view = new Store<View>(FIRST_VIEW);
  const parent = new ParentPage(new EventTarget() as Window, "Abcd1234", "rollcall", () => {});
  const mark = (kind: string, _check: string, detail: object = {}) => void marks.push({ kind, ...detail });
  const made = new Checks(view, parent, new Chime(), mark, () => {});
  made.asked(CODE);
  return { checks: made, marks, view };
}

beforeEach(() => {
  vi.stubGlobal("document", Object.assign(new EventTarget(), { visibilityState: "visible" }));
});

test("an answer faster than two painted frames was shown first: no answer goes without a display", () => {
  const { checks: asked, marks, view } = checks();
  asked.answer("check001", "9999", true);
  asked.answer("check001", "1234", true);
  expect(marks).toEqual([
    { kind: "shown", visible: true, ...PROOF },
    { kind: "answered", trusted: true, pointer: false, answer: "9999", ...PROOF },
    { kind: "answered", trusted: true, pointer: false, answer: "1234", ...PROOF },
  ]);
  expect(view.value.prompts[0]).toMatchObject({ shown: true, wrong: 1 });
  expect(view.value.prompts[0]?.answered_ms).not.toBeNull();
});

test("what is displayed already is displayed once, and who is not asked answers nothing", () => {
  const { checks: asked, marks } = checks();
  asked.displayed("check001", false);
  asked.answer("check001", "1234", true);
  asked.answer("check002", "1234", true);
  expect(marks.map((mark) => (mark as { kind: string }).kind)).toEqual(["shown", "answered"]);
});

test("a play that was opened anew displays the prompt again and cites what it was sent itself", () => {
  const { checks: asked, marks } = checks();
  asked.displayed("check001", false);
  const mac = "fedcba9876543210";
  asked.asked({ ...CODE, mac });
  asked.answer("check001", "1234", true);
  expect(marks).toEqual([
    { kind: "shown", visible: true, ...PROOF },
    { kind: "shown", visible: true, ...PROOF, mac },
    { kind: "answered", trusted: true, pointer: false, answer: "1234", ...PROOF, mac },
  ]);
});

test("a chime that was refused and a return speak of no prompt that was displayed", () => {
  const { checks: asked, marks, view } = checks();
  asked.counting({ type: "counting", counts: false, check: "check001", since_at_ms: 1 });
  asked.resume(true);
  expect(view.value.stop?.resumed).toBe(true);
  expect(marks).toEqual([{ kind: "resume", trusted: true, pointer: false }]);
});
