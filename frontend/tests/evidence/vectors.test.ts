import { expect, test } from "vitest";
import drawn from "../../../tests/vectors/recorder.json";
import { Recorder, type Row } from "../../embed/evidence/recorder";
import type { Sample } from "../../embed/evidence/sample";

type Seen = [number, number, number, Sample["state"], Sample["cause"], boolean, boolean, number];
type Step = [string, Seen, number | string | null];
interface Case {
  readonly steps: Step[];
  readonly rows: unknown[][];
}

function sampled([at_ms, wall_ms, media_ms, state, cause, visible, muted, rate]: Seen): Sample {
  return { at_ms, wall_ms, media_ms, state, cause, visible, muted, rate };
}

function brief(row: Row): unknown[] {
  const place = [row.seq, row.epoch, row.tick];
  if (row.row === "mark") return [...place, row.at_ms, row.mark, row.check];
  const moments = [row.from_ms, row.to_ms, row.media_from_ms, row.media_to_ms];
  return [...place, ...moments, row.state, row.cause, row.visible, row.muted, row.rate];
}

function done(recorder: Recorder, [what, seen, detail]: Step): Row[] {
  const sample = sampled(seen);
  if (what === "tick") return recorder.tick(Number(detail), sample);
  if (what === "mark") return recorder.mark("shown", String(detail), sample);
  return what === "close" ? recorder.close(sample) : recorder.sample(sample);
}

test("rows are cut as by the page that `rollcall simulate` simulates", () => {
  const cases = drawn as unknown as Case[];
  expect(cases.length).toBeGreaterThan(0);
  for (const { steps, rows } of cases) {
    const [first, ...rest] = steps;
    if (!first) throw new Error("a case begins with a sample");
    const recorder = new Recorder(sampled(first[1]));
    expect(rest.flatMap((step) => done(recorder, step)).map(brief)).toEqual(rows);
  }
});
