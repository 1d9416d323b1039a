import { expect, test } from "vitest";
import { Schedule } from "../../embed/playback/schedule";

const NOW = 1_800_000_000_000;

test.each([
  [-10_000, 10],
  [7_000, -7],
  [140, 0],
  [-140, 0],
  [0, 0],
])("%d ms beside the schedule it jumps %d s", (beside_ms, jump_s) => {
  expect(new Schedule().jump_s(NOW, NOW - 6_000 + beside_ms, 6_000)).toBe(jump_s);
});

test("lets a jump have its effect before the next one", () => {
  const schedule = new Schedule();
  expect(schedule.jump_s(NOW, NOW - 16_000, 6_000)).toBe(10);
  expect(schedule.jump_s(NOW + 1_000, NOW - 15_000, 6_000)).toBe(0);
  expect(schedule.jump_s(NOW + 4_000, NOW - 12_000, 6_000)).toBe(10);
});
