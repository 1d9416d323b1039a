import { expect, test } from "vitest";
import {
  entriesLeft,
  LINGER_MS,
  leftOf,
  stillOpen,
  withAnswer,
  withDisplay,
  withPrompt,
} from "../../embed/check/prompts";
import type { Prompt } from "../../shared/wire";

const PROMPT: Prompt = {
  type: "prompt",
  check: "check001",
  kind: "click",
  text: null,
  sound: true,
  lifetime_ms: 60_000,
  left_ms: 60_000,
  issued_at_ms: 0,
  code: null,
  question: null,
  mac: "0123456789abcdef",
};

test("the lifetime runs from display, not from arrival", () => {
  const came = withPrompt([], PROMPT, 1_000);
  const shown = withDisplay(came, "check001", "shown", 5_000);
  expect([...came, ...shown].map((each) => leftOf(each, 6_000))).toEqual([60_000, 59_000]);
});

test("what arrived hidden runs at once; being shown later gives no more time", () => {
  const received = withDisplay(withPrompt([], PROMPT, 0), "check001", "received", 1_000);
  const [shown] = withDisplay(received, "check001", "shown", 31_000);
  expect(shown && leftOf(shown, 31_000)).toBe(30_000);
});

test("a repeated prompt is the same prompt, and its time runs on from its own display", () => {
  const shown = withDisplay(withPrompt([], PROMPT, 0), "check001", "shown", 0);
  for (const left_ms of [60_000, 12_000]) {
    const again = withPrompt(shown, { ...PROMPT, left_ms }, 20_000);
    expect(again.map((each) => [each.check, each.shown, leftOf(each, 22_000)])).toEqual([
      ["check001", true, 38_000],
    ]);
  }
});

test("an outage of the server's gives more time", () => {
  const shown = withDisplay(withPrompt([], PROMPT, 0), "check001", "shown", 0);
  const again = withPrompt(shown, { ...PROMPT, left_ms: 50_000 }, 40_000);
  expect(again.map((each) => leftOf(each, 40_000))).toEqual([50_000]);
});

test("before its display a repeated prompt brings the time that is left, and a code drawn anew", () => {
  const came = withPrompt([], { ...PROMPT, kind: "code", code: "0417" }, 0);
  const again = withPrompt(came, { ...PROMPT, kind: "code", code: "9000", left_ms: 30_000 }, 9_000);
  expect(again.map((each) => [each.code, leftOf(each, 9_000)])).toEqual([["9000", 30_000]]);
});

test("five wrong codes may be corrected, a sixth may not", () => {
  let open = withPrompt([], { ...PROMPT, kind: "code", code: "0417" }, 0);
  for (let wrong = 1; wrong <= 6; wrong += 1) {
    open = withAnswer(open, "check001", "1111", wrong);
    expect(open.map((each) => [each.wrong, each.answered_ms, entriesLeft(each)])).toEqual([
      [wrong, null, 5 - wrong],
    ]);
  }
  const right = withAnswer(open, "check001", "0417", 10);
  expect(right.map((each) => each.answered_ms)).toEqual([10]);
});

test("a prompt that is over or answered gives the picture back", () => {
  const shown = withDisplay(withPrompt([], PROMPT, 0), "check001", "shown", 0);
  expect(stillOpen(shown, 60_000 + LINGER_MS - 1)).toBe(shown);
  expect(stillOpen(shown, 60_000 + LINGER_MS)).toEqual([]);
  expect(stillOpen(withAnswer(shown, "check001", null, 5_000), 5_000 + LINGER_MS)).toEqual([]);
});

test.each([{ issued_at_ms: 700_000 }, { mac: "fedcba9876543210" }])(
  "one issued anew, or sent to a play that was opened anew, has not been displayed: %o",
  (change) => {
    const shown = withDisplay(withPrompt([], PROMPT, 0), "check001", "shown", 1_000);
    const other = { ...PROMPT, check: "check002" };
    const again = withPrompt(withPrompt(shown, other, 3_000), { ...PROMPT, ...change }, 4_000);
    expect(again.map((each) => each.check)).toEqual(["check001", "check002"]);
    expect(again[0]).toMatchObject({ shown: false, answered_ms: null, until_ms: null });
    expect(again[0]?.proof).toEqual({ issued_at_ms: PROMPT.issued_at_ms, mac: PROMPT.mac, ...change });
  },
);

test("what was answered in an earlier play is asked again only when it is issued anew", () => {
  const shown = withDisplay(withPrompt([], PROMPT, 0), "check001", "shown", 1_000);
  const answered = withAnswer(shown, "check001", null, 2_000);
  const [same] = withPrompt(answered, { ...PROMPT, mac: "fedcba9876543210" }, 3_000);
  expect(same?.answered_ms).toBe(2_000);
  const [anew] = withPrompt(answered, { ...PROMPT, issued_at_ms: 700_000 }, 3_000);
  expect(anew?.answered_ms).toBeNull();
});
