import { expect, test } from "vitest";
import { LINGER_MS, leftOf, stillOpen, withAnswer, withDisplay, withPrompt } from "../../embed/check/prompts";
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

test("a repeated prompt is the same prompt with the time the server says is left", () => {
  const shown = withDisplay(withPrompt([], PROMPT, 0), "check001", "shown", 0);
  const again = withPrompt(shown, { ...PROMPT, left_ms: 12_000 }, 20_000);
  expect(again.map((each) => [each.check, each.shown, leftOf(each, 22_000)])).toEqual([
    ["check001", true, 10_000],
  ]);
});

test("a prompt that is over or answered gives the picture back", () => {
  const shown = withDisplay(withPrompt([], PROMPT, 0), "check001", "shown", 0);
  expect(stillOpen(shown, 60_000 + LINGER_MS - 1)).toBe(shown);
  expect(stillOpen(shown, 60_000 + LINGER_MS)).toEqual([]);
  expect(stillOpen(withAnswer(shown, "check001", 5_000), 5_000 + LINGER_MS)).toEqual([]);
});
