import { describe, expect, test } from "vitest";
import {
  endingOf,
  fileAddress,
  hasMaterials,
  hasProgramme,
  runningOf,
  webAddress,
} from "../../embed/aside/aside";
import type { MaterialOut, ProgrammeItem } from "../../shared/wire";

const HOUR = 3_600_000;

function item(change: Partial<ProgrammeItem>): ProgrammeItem {
  const nothing = { speaker: null, starts_at_ms: null, ends_at_ms: null, from_ms: null, to_ms: null };
  return { title: "Блок", ...nothing, ...change };
}

describe("the item that runs", () => {
  const items = [
    item({}),
    item({ starts_at_ms: 10 * HOUR }),
    item({ starts_at_ms: 11 * HOUR, ends_at_ms: 12 * HOUR }),
    item({ starts_at_ms: 13 * HOUR }),
  ];
  test.each([
    [9, -1],
    [10, 1],
    [10.99, 1],
    [11, 2],
    [12, -1],
    [13, 3],
    [24, 3],
  ])("at %d o'clock is %d", (hour, place) => {
    expect(runningOf(items, hour * HOUR, 0)).toBe(place);
  });

  test("of two halls is the one that began last, and one that is over has no claim", () => {
    const both = [
      item({ starts_at_ms: 2, ends_at_ms: 4 }),
      item({ starts_at_ms: 1, ends_at_ms: 9 }),
      item({ starts_at_ms: 3 }),
    ];
    expect([1, 2, 3, 8, 9].map((now) => runningOf(both, now, 0))).toEqual([1, 0, 2, 2, 2]);
    expect(runningOf([...both].reverse(), 3, 0)).toBe(0);
  });

  test("of a recording is found by its position", () => {
    const parts = [item({ from_ms: 0, to_ms: 60_000 }), item({ from_ms: 90_000, to_ms: 120_000 })];
    expect([0, 59_999, 60_000, 100_000].map((at) => runningOf(parts, 5, at))).toEqual([0, 0, -1, 1]);
  });

  test("is none of a programme without times", () => {
    expect(runningOf([item({}), item({})], 5, 5)).toBe(-1);
    expect(runningOf([], 5, 5)).toBe(-1);
  });
});

test("links lead to the web alone", () => {
  expect(webAddress("https://academy.example/a b")?.href).toBe("https://academy.example/a%20b");
  for (const url of ["javascript:alert(1)", "data:text/html,x", "academy.example", "", null]) {
    expect(webAddress(url)).toBe(null);
  }
});

test("files are fetched with the newest token, and not without one", () => {
  const file: MaterialOut = {
    material: "a/b",
    kind: "file",
    title: "Слайды",
    url: null,
    file_name: "a.b.pdf",
    size_bytes: 1,
  };
  expect(fileAddress(file, "hall", "1.p.s")).toBe("/files/1.p.s/hall/a%2Fb");
  expect(fileAddress(file, "hall", null)).toBe(null);
  expect(endingOf("a.b.pdf")).toBe("PDF");
  const nothing = { type: "aside", materials: [], speaker: null, programme: [] } as const;
  expect([hasMaterials(null), hasProgramme(null)]).toEqual([false, false]);
  const empty = { ...nothing, materials: [], programme: [] };
  expect([hasMaterials({ ...empty, materials: [file] }), hasProgramme(empty)]).toEqual([true, false]);
  const speaker = { name: "Анна", role: null, description: null };
  expect(hasProgramme({ ...empty, speaker })).toBe(true);
});
