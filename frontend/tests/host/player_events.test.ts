import { describe, expect, test } from "vitest";
import type { State } from "../../embed/evidence/sample";
import { PlayerEvents } from "../../embed/host/player_events";

/** What is told of a picture that is in these states, a second after each other. */
function told(...states: State[]): string[] {
  const heard: string[] = [];
  const events = new PlayerEvents((message) => heard.push(message.type));
  states.forEach((state, second) => {
    events.look({ state, position_ms: second * 1000, duration_ms: 60_000 }, second * 1000);
  });
  return heard.filter((type) => type !== "time");
}

describe("what the embedding page hears of the picture", () => {
  test("each change once, and the end as one", () => {
    expect(told("paused", "stalled", "playing", "playing", "paused", "paused", "playing", "ended")).toEqual([
      "play",
      "pause",
      "play",
      "stop",
    ]);
  });

  test("after its end it begins anew without a pause", () => {
    expect(told("playing", "ended", "ended", "paused", "seeking", "playing", "ended")).toEqual([
      "play",
      "stop",
      "play",
      "stop",
    ]);
  });

  test("one that is paused when the organiser ends it has stopped", () => {
    expect(told("playing", "paused", "ended")).toEqual(["play", "pause", "stop"]);
  });

  test("nothing of what never began", () => {
    expect(told("paused", "ended", "paused")).toEqual([]);
  });

  test("where it is, each five seconds while it plays", () => {
    const heard: unknown[] = [];
    const events = new PlayerEvents((message) => heard.push(message));
    for (let second = 0; second < 12; second += 1) {
      const state = second < 9 ? "playing" : "paused";
      events.look({ state, position_ms: 500 + second * 1000, duration_ms: 60_000 }, second * 1000);
    }
    const place = (position_ms: number) => ({ position_ms, duration_ms: 60_000 });
    expect(heard).toEqual([
      { type: "play", ...place(500) },
      { type: "time", ...place(500) },
      { type: "time", ...place(5500) },
      { type: "pause", ...place(9500) },
    ]);
  });
});
