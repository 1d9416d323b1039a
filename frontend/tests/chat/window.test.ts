import { describe, expect, test } from "vitest";
import { Rows, STEP } from "../../embed/chat/window";
import { drawn } from "./items";

const numbers = (count: number, from = 1) => Array.from({ length: count }, (_, index) => index + from);

describe("rows", () => {
  test("have the heights that were measured, others a guess", () => {
    const rows = new Rows(10);
    rows.show([1, 2, 3]);
    rows.measure(1, 50);
    expect([rows.top(0), rows.top(1), rows.top(2), rows.total()]).toEqual([0, 10, 60, 70]);
    expect([0, 9, 10, 59, 60, 70, 900, -5].map((y) => rows.at(y))).toEqual([0, 0, 1, 1, 2, 2, 2, 0]);
  });

  test("keep what was measured when earlier ones come before them, or some go", () => {
    const rows = new Rows(10);
    rows.show([5, 6]);
    rows.measure(0, 30);
    rows.show([3, 4, 5, 6]);
    expect(rows.top(3)).toBe(50);
    rows.show([3, 5, 6, 7]);
    expect(rows.top(2)).toBe(40);
  });

  test("that none are there take no room", () => {
    const rows = new Rows(10);
    expect([rows.total(), rows.at(5), rows.span(0, 100, 50)]).toEqual([0, 0, { first: 0, end: 0 }]);
  });

  test("measured again alike are no news", () => {
    const rows = new Rows(10);
    rows.show([1]);
    expect([rows.measure(0, 20), rows.measure(0, 20), rows.measure(5, 20)]).toEqual([true, false, false]);
  });

  test("of another width are measured anew", () => {
    const rows = new Rows(10);
    rows.show([1, 2]);
    rows.measure(0, 90);
    rows.forget();
    expect(rows.total()).toBe(20);
  });
});

describe("what is drawn", () => {
  test("fills the view and a little more, however many there are", () => {
    const rows = new Rows(50);
    rows.show(numbers(20_000));
    for (const y of [0, 333_333, rows.total() - 600]) {
      const { first, end } = rows.span(y, 600, 500);
      expect(rows.top(first)).toBeLessThanOrEqual(Math.max(0, y - 500));
      expect(rows.top(end)).toBeGreaterThanOrEqual(Math.min(rows.total(), y + 1_100));
      expect(end - first).toBeLessThanOrEqual((600 + 1_000) / 50 + 2 * STEP + 2);
    }
  });

  test("stays the same while one scrolls a little", () => {
    const rows = new Rows(50);
    rows.show(numbers(1_000));
    expect(rows.span(20_000, 600, 500)).toEqual(rows.span(20_020, 600, 500));
  });
});

test.each(numbers(100))("sums are those of a plain addition, seed %i", (seed) => {
  const pick = drawn(seed);
  const rows = new Rows(40);
  const measured = new Map<number, number>();
  let ids = numbers(pick(30), 1_000);
  let next = 2_000;
  rows.show(ids);
  for (let step = 0; step < 80; step += 1) {
    const what = pick(5);
    if (what === 0) ids = [...ids, ...numbers(pick(9), next)];
    else if (what === 1) ids = [...numbers(pick(9), next), ...ids];
    else if (what === 2) ids = ids.filter(() => pick(6) > 0);
    else {
      const at = pick(ids.length + 1);
      const id = ids[at];
      const px = 20 + pick(90);
      if (id !== undefined) measured.set(id, px);
      rows.measure(at, px);
    }
    next += 10;
    rows.show(ids);
    let sum = 0;
    const tops = ids.map((id) => {
      const top = sum;
      sum += measured.get(id) ?? 40;
      return top;
    });
    const at = pick(ids.length + 1);
    expect(rows.top(at)).toBe(tops[at] ?? sum);
    expect(rows.total()).toBe(sum);
    const y = pick(sum + 1);
    const row = rows.at(y);
    if (ids.length > 0 && y < sum)
      expect([tops[row] ?? 0, y]).toEqual([tops.filter((top) => top <= y).at(-1), y]);
  }
});
