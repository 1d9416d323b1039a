import { describe, expect, test } from "vitest";
import { classic, rewound } from "../../embed/playback/path";
import { behind_s, reach_s, wanted_s } from "../../embed/playback/rewind";

const STARTED_MS = 1_795_392_000_000;
const later = (seconds: number) => STARTED_MS + seconds * 1000;

describe("going back in a broadcast", () => {
  test.each([
    [0, 3600, 0],
    [600, 3600, 600],
    [600, 100.4, 85],
    [600, 20, 0],
    [600, 0, 0],
  ])("of %d s, %d s after the start, %d s can be gone back", (dvr_s, passed_s, expected) => {
    expect(reach_s({ dvr_s, started_at_ms: STARTED_MS }, later(passed_s))).toBe(expected);
  });

  test("nothing where there has been no picture", () => {
    expect(reach_s({ dvr_s: 600, started_at_ms: null }, later(900))).toBe(0);
  });

  test.each([
    [300, 600, 293],
    [900, 600, 593],
    [15, 600, 8],
    [14.9, 600, null],
    [0, 600, null],
    [300, 0, null],
  ])("who wants to be %d s behind of %d s asks for %s", (behind, reach, expected) => {
    expect(wanted_s(behind, reach)).toBe(expected);
  });

  test("a picture is as far behind as its programme time, and never ahead", () => {
    expect(behind_s(STARTED_MS, later(12.5))).toBe(12.5);
    expect(behind_s(later(3), later(0))).toBe(0);
    expect(behind_s(null, later(0))).toBe(0);
  });

  test("the past has a playlist of its own, which carries the token like any other", () => {
    expect(rewound("/hls/1.p.s/Abcd1234/index.m3u8", 293)).toBe("/hls/1.p.s/Abcd1234/rewind-293.m3u8");
    expect(classic(rewound("/hls/1.p.s/Abcd1234/index.m3u8", 293))).toContain("rewind-293");
  });
});
