import { expect, test } from "vitest";
import { stopped } from "../../embed/check/stop";
import type { Counting } from "../../shared/wire";

const STOP: Counting = { type: "counting", counts: false, check: "check001", since_at_ms: 1_000 };
const BACK: Counting = { type: "counting", counts: true, check: null, since_at_ms: null };

test("a stop names the missed check and from when nothing counts, until time counts again", () => {
  const stop = stopped(null, STOP);
  expect(stop).toEqual({ check: "check001", since_ms: 1_000, resumed: false });
  expect(stopped(stop, BACK)).toBeNull();
});

test("told again before the return has reached the server, the page still knows that the viewer is back", () => {
  const resumed = { check: "check001", since_ms: 1_000, resumed: true };
  expect(stopped(resumed, STOP)).toEqual(resumed);
  expect(stopped(resumed, { ...STOP, check: "check002" })?.resumed).toBe(false);
});
