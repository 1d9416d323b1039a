import { expect, test } from "vitest";
import { tokenOf, withToken } from "../../embed/playback/path";
import { stateOf } from "../../embed/playback/state";

test("every address carries the newest token", () => {
  const token = tokenOf("/hls/1700000000.play.sig/Abcd1234/index.m3u8");
  expect(token).toBe("1700000000.play.sig");
  expect(
    [
      "/hls/old/Abcd1234/a.m4s",
      "https://h.example:8080/hls/old/Abcd1234/a.m4s?x=/hls/y/",
      "/assets/x.js",
    ].map((url) => withToken(url, token)),
  ).toEqual([
    "/hls/1700000000.play.sig/Abcd1234/a.m4s",
    "https://h.example:8080/hls/1700000000.play.sig/Abcd1234/a.m4s?x=/hls/y/",
    "/assets/x.js",
  ]);
});

test.each([
  [{ paused: true }, "paused"],
  [{ paused: true, seeking: true }, "paused"],
  [{ seeking: true }, "seeking"],
  [{ readyState: 2 }, "stalled"],
  [{}, "playing"],
  [{ ended: true, paused: true }, "ended"],
])("%j is %s", (change, expected) => {
  const video = { paused: false, ended: false, seeking: false, readyState: 4, ...change };
  expect(stateOf({ video, over: false })).toBe(expected);
  expect(stateOf({ video, over: true })).toBe("ended");
});
