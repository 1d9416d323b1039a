import { describe, expect, test } from "vitest";
import { Recorder, type Row } from "../../embed/evidence/recorder";
import type { Sample } from "../../embed/evidence/sample";
import { at } from "./samples";

function brief(rows: Row[]): unknown[] {
  return rows.map((row) =>
    row.row === "beat"
      ? [row.seq, row.tick, row.from_ms, row.to_ms, row.state]
      : [row.seq, row.tick, row.at_ms, row.mark],
  );
}

/** A recorder that has just been given tick 0 at 1,000 ms. */
function begun(): Recorder {
  const recorder = new Recorder(at(1_000));
  recorder.tick(0, at(1_000));
  return recorder;
}

/** Look each second from `from_ms` to `to_ms`. */
function watch(recorder: Recorder, from_ms: number, to_ms: number, change: Partial<Sample> = {}): Row[] {
  const rows: Row[] = [];
  for (let now_ms = from_ms; now_ms <= to_ms; now_ms += 1_000)
    rows.push(...recorder.sample(at(now_ms, change)));
  return rows;
}

describe("ticks", () => {
  test("a beat cut by a tick cites its predecessor, the next one cites it", () => {
    const recorder = begun();
    watch(recorder, 2_000, 9_000);
    const first = recorder.tick(1, at(9_500));
    watch(recorder, 10_000, 18_000);
    const second = recorder.tick(2, at(18_500));
    expect(brief([...first, ...second])).toEqual([
      [1, 0, 1_000, 9_500, "playing"],
      [2, 1, 9_500, 18_500, "playing"],
    ]);
  });

  test("the echo is the last tick and when it came", () => {
    const recorder = begun();
    recorder.tick(7, at(4_321));
    expect(recorder.echo).toEqual({ tick: 7, received_ms: 4_321 });
  });

  test("two ticks in one millisecond make no empty beat", () => {
    const recorder = begun();
    expect(recorder.tick(1, at(1_000))).toEqual([]);
  });
});

describe("cutting", () => {
  test("a beat holds the clock and the content at both ends", () => {
    const recorder = begun();
    const rows = recorder.tick(1, at(5_000));
    expect(rows).toEqual([
      {
        row: "beat",
        seq: 1,
        epoch: 0,
        tick: 0,
        from_ms: 1_000,
        to_ms: 5_000,
        media_from_ms: at(1_000).media_ms,
        media_to_ms: at(5_000).media_ms,
        state: "playing",
        cause: "user",
        visible: true,
        muted: false,
        rate: 1,
      },
    ]);
  });

  test("without a tick a beat ends after nine seconds", () => {
    expect(brief(watch(begun(), 2_000, 22_000))).toEqual([
      [1, 0, 1_000, 10_000, "playing"],
      [2, 0, 10_000, 19_000, "playing"],
    ]);
  });

  test.each<[string, Partial<Sample>]>([
    ["pause", { state: "paused" }],
    ["stall", { state: "stalled" }],
    ["visibility", { visible: false }],
    ["mute", { muted: true }],
    ["rate", { rate: 1.25 }],
    ["who paused", { cause: "browser" }],
  ])("%s cuts at once", (_, change) => {
    expect(brief(begun().sample(at(3_456, change)))).toEqual([[1, 0, 1_000, 3_456, "playing"]]);
  });

  test("beats are contiguous through any change", () => {
    const recorder = begun();
    const rows = [
      ...recorder.sample(at(2_000, { visible: false })),
      ...recorder.sample(at(2_700, { state: "paused" })),
      ...recorder.sample(at(3_100)),
      ...recorder.tick(1, at(5_000)),
    ].filter((row) => row.row === "beat");
    expect(rows.slice(1).map((row) => row.from_ms)).toEqual(rows.slice(0, -1).map((row) => row.to_ms));
    expect(rows.map((row) => row.seq)).toEqual([1, 2, 3, 4]);
  });

  test("a mark cuts, then stands after the beat it ended", () => {
    const recorder = begun();
    recorder.tick(3, at(2_000));
    const rows = recorder.mark("answered", "check001", at(4_000), { trusted: true });
    expect(brief(rows)).toEqual([
      [2, 3, 2_000, 4_000, "playing"],
      [3, 3, 4_000, "answered"],
    ]);
  });

  test("a seek does not stretch the content of what was watched before it", () => {
    const recorder = begun();
    watch(recorder, 2_000, 5_000);
    const jumped = at(5_500, { state: "seeking", media_ms: at(900_000).media_ms });
    const [beat] = recorder.sample(jumped);
    expect(beat).toMatchObject({ media_from_ms: at(1_000).media_ms, media_to_ms: at(5_500).media_ms });
    const [seek] = recorder.sample(at(6_000, { media_ms: at(900_000).media_ms }));
    expect(seek).toMatchObject({ state: "seeking", media_from_ms: at(900_000).media_ms });
  });
});

describe("honesty", () => {
  test("playing whose content hardly moves is a stall", () => {
    const recorder = begun();
    const still = { media_ms: at(4_000).media_ms };
    watch(recorder, 2_000, 4_000);
    watch(recorder, 5_000, 9_000, still);
    expect(brief(recorder.tick(1, at(10_000, still)))).toEqual([[1, 0, 1_000, 10_000, "stalled"]]);
  });

  test.each([-32_000, 40_000])(
    "a position moved by %d ms leaves what was watched before it, and goes on",
    (moved_ms) => {
      const recorder = begun();
      watch(recorder, 2_000, 6_000);
      const moved = (at_ms: number) => at(at_ms, { media_ms: at(at_ms).media_ms + moved_ms });
      const rows = [...recorder.sample(moved(6_100)), ...recorder.tick(1, moved(9_000))];
      expect(brief(rows)).toEqual([
        [1, 0, 1_000, 6_000, "playing"],
        [2, 0, 6_000, 9_000, "playing"],
      ]);
      expect(rows.map((row) => row.row === "beat" && [row.media_from_ms, row.media_to_ms])).toEqual([
        [at(1_000).media_ms, at(6_000).media_ms],
        [moved(6_100).media_ms, moved(9_000).media_ms],
      ]);
    },
  );

  test("a jump ahead does not pay for a stall", () => {
    const recorder = begun();
    watch(recorder, 2_000, 9_000, { media_ms: at(1_000).media_ms });
    const ahead = { media_ms: at(60_000).media_ms };
    const rows = [...recorder.sample(at(9_500, ahead)), ...recorder.tick(1, at(10_000, ahead))];
    expect(brief(rows)).toEqual([
      [1, 0, 1_000, 9_000, "stalled"],
      [2, 0, 9_000, 10_000, "stalled"],
    ]);
  });

  test("a short beat is not judged by a position that lags a frame", () => {
    const recorder = begun();
    expect(brief(recorder.tick(1, at(1_060, { media_ms: at(1_000).media_ms })))).toEqual([
      [1, 0, 1_000, 1_060, "playing"],
    ]);
  });

  test("a sparse stretch counts as far as the content moved, the rest is a stall", () => {
    const recorder = begun();
    const rows = recorder.sample(at(21_000, { media_ms: at(8_000).media_ms }));
    rows.push(...recorder.tick(1, at(22_000, { media_ms: at(9_000).media_ms })));
    expect(brief(rows)).toEqual([
      [1, 0, 1_000, 8_000, "playing"],
      [2, 0, 8_000, 21_000, "stalled"],
      [3, 0, 21_000, 22_000, "playing"],
    ]);
  });

  test("a sparse stretch whose content moved along counts whole", () => {
    expect(brief(begun().sample(at(21_000)))).toEqual([[1, 0, 1_000, 21_000, "playing"]]);
  });

  test("content that ran ahead never earns more than the clock", () => {
    const rows = begun().sample(at(21_000, { media_ms: at(500_000).media_ms }));
    expect(brief(rows)).toEqual([[1, 0, 1_000, 21_000, "playing"]]);
  });

  test("no beat is longer than the server takes, whatever the page slept through", () => {
    const recorder = begun();
    watch(recorder, 2_000, 9_000);
    const rows = recorder.sample(at(34_000));
    expect(rows.map((row) => (row.row === "beat" ? row.to_ms - row.from_ms : 0))).toEqual([8_000, 25_000]);
  });
});

describe("epochs", () => {
  test("more than 25 s between samples begins a new one; the gap is in no beat", () => {
    const recorder = begun();
    watch(recorder, 2_000, 4_000);
    const rows = [...recorder.sample(at(30_000)), ...recorder.tick(1, at(31_000))];
    expect(brief(rows)).toEqual([
      [1, 0, 1_000, 4_000, "playing"],
      [2, 0, 30_000, 31_000, "playing"],
    ]);
    expect(rows.map((row) => row.epoch)).toEqual([0, 1]);
    expect(recorder.epoch).toEqual({ epoch: 1, from_ms: 30_000, wall_ms: at(30_000).wall_ms });
  });

  test.each([-3_000, 2_500, 3_600_000])("clocks apart by %d ms begin a new one", (apart_ms) => {
    const recorder = begun();
    watch(recorder, 2_000, 4_000);
    recorder.sample(at(5_000, { wall_ms: at(5_000).wall_ms + apart_ms }));
    expect(recorder.epoch.epoch).toBe(1);
  });

  test("no echo until a tick has come in the new epoch", () => {
    const recorder = begun();
    recorder.sample(at(60_000));
    expect(recorder.echo).toBeNull();
    recorder.tick(5, at(61_000));
    expect(recorder.echo).toEqual({ tick: 5, received_ms: 61_000 });
  });

  test("a clock that drifts slowly stays in its epoch", () => {
    const recorder = begun();
    for (let s = 2; s < 36_000; s += 1) {
      recorder.sample(at(s * 1_000, { wall_ms: at(s * 1_000).wall_ms + Math.round(s * 0.5) }));
    }
    expect(recorder.epoch.epoch).toBe(0);
  });
});

test("an hour of watching is dense, gapless and whole", () => {
  const recorder = begun();
  const rows: Row[] = [];
  for (let s = 2; s <= 3_601; s += 1) {
    rows.push(...(s % 10 === 0 ? recorder.tick(s / 10, at(s * 1_000)) : recorder.sample(at(s * 1_000))));
  }
  rows.push(...recorder.close(at(3_601_000)));
  expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1));
  const total_ms = rows.reduce((sum, row) => sum + (row.row === "beat" ? row.to_ms - row.from_ms : 0), 0);
  expect(total_ms).toBe(3_600_000);
});
