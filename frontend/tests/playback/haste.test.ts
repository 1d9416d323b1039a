import { describe, expect, it } from "vitest";
import { Haste } from "../../embed/playback/haste";
import { classic } from "../../embed/playback/path";

describe("haste", () => {
  it("ends with the third stall within a minute, for good", () => {
    const haste = new Haste();
    expect([0, 59_999].map((at) => haste.stalled(at))).toEqual([false, false]);
    expect(haste.low).toBe(true);
    expect(haste.stalled(59_999)).toBe(true);
    expect(haste.low).toBe(false);
    expect(haste.stalled(60_000)).toBe(false);
    expect(haste.low).toBe(false);
  });

  it("forgives stalls that lie far apart", () => {
    const haste = new Haste();
    for (let at = 0; at < 3_600_000; at += 30_001) expect(haste.stalled(at)).toBe(false);
    expect(haste.low).toBe(true);
  });

  it("names the classic playlist under the same token", () => {
    expect(classic("/hls/1.p.s/AAAAAAAA/index.m3u8")).toBe("/hls/1.p.s/AAAAAAAA/classic.m3u8");
  });
});
