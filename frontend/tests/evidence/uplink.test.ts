import { describe, expect, test } from "vitest";
import { EvidenceDesk } from "../../embed/evidence/desk";
import { MemoryJournal } from "../../embed/evidence/journal";
import type { Row } from "../../embed/evidence/recorder";
import { ROWS_PER_MESSAGE, Uplink } from "../../embed/evidence/uplink";
import type { Rows } from "../../shared/wire";
import { at } from "./samples";

const PLAY = "play00000001";

function mark(seq: number): Row {
  return { row: "mark", seq, epoch: 0, tick: 0, at_ms: seq, mark: "shown", check: "check001" };
}

function opened(stored: number): {
  uplink: Uplink;
  journal: MemoryJournal;
  sent: Rows[];
  seqs: () => number[][];
} {
  const sent: Rows[] = [];
  const journal = new MemoryJournal();
  const seal = () => ({ epoch: 0, echo: null, ticks: [], epochs: [] });
  const uplink = new Uplink(journal, seal, (envelope) => sent.push(envelope));
  const rows = Array.from({ length: stored }, (_, index) => mark(index + 1));
  journal.append(rows, () => uplink.stored());
  return { uplink, journal, sent, seqs: () => sent.map((envelope) => envelope.rows.map((row) => row.seq)) };
}

describe("connecting", () => {
  test("answers the tick first, then sends what is not durable", () => {
    const { uplink, seqs } = opened(5);
    uplink.connected(PLAY, 2, 0);
    expect(seqs()).toEqual([[], [3, 4, 5]]);
  });

  test("nothing is sent before, and all of it again after a reconnect", () => {
    const { uplink, seqs } = opened(2);
    expect(uplink.flush(0)).toBe(false);
    uplink.connected(PLAY, 0, 0);
    uplink.disconnected();
    uplink.flush(1);
    uplink.connected(PLAY, 1, 2);
    expect(seqs()).toEqual([[], [1, 2], [], [2]]);
  });

  test("a long absence goes in several messages", () => {
    const { uplink, sent } = opened(ROWS_PER_MESSAGE * 2 + 1);
    uplink.connected(PLAY, 0, 0);
    expect(sent.map((envelope) => envelope.rows.length)).toEqual([0, ROWS_PER_MESSAGE, ROWS_PER_MESSAGE, 1]);
  });
});

describe("connected", () => {
  test("a row is sent once, kept until it is durable", () => {
    const { uplink, journal, seqs } = opened(3);
    uplink.connected(PLAY, 0, 0);
    uplink.flush(10);
    expect(seqs()).toEqual([[], [1, 2, 3]]);
    expect(journal.waiting).toBe(3);
    uplink.acknowledged(2);
    expect(journal.waiting).toBe(1);
    uplink.acknowledged(3);
    expect(journal.waiting).toBe(0);
  });

  test("a gap is filled from what is expected", () => {
    const { uplink, seqs } = opened(4);
    uplink.connected(PLAY, 0, 0);
    uplink.gap(3, 10);
    expect(seqs()).toEqual([[], [1, 2, 3, 4], [3, 4]]);
  });

  test("changes within a second go together", () => {
    const { uplink, journal, seqs } = opened(1);
    uplink.connected(PLAY, 0, 0);
    for (const [seq, now_ms] of [
      [2, 200],
      [3, 600],
    ] as const) {
      journal.append([mark(seq)], () => uplink.stored());
      uplink.pulse(now_ms);
    }
    uplink.pulse(1_000);
    expect(seqs()).toEqual([[], [1], [2, 3]]);
  });

  test("slowed down it answers ticks with nothing else, then makes up for it", () => {
    const { uplink, journal, seqs } = opened(0);
    uplink.connected(PLAY, 0, 0);
    uplink.slowDown(5_000, 0);
    journal.append([mark(1)], () => uplink.stored());
    uplink.answer(1_000);
    uplink.pulse(2_000);
    uplink.pulse(5_000);
    expect(seqs()).toEqual([[], [], [1]]);
  });
});

describe("the desk", () => {
  test("an envelope proves each tick and epoch that its rows cite", () => {
    let now = at(1_000);
    const sent: Rows[] = [];
    const desk = new EvidenceDesk(
      () => now,
      (envelope) => sent.push(envelope),
    );
    const tick = (n: number) => ({ n, at_ms: 1_700_000_000_000 + n * 10_000, mac: `${n}`.padStart(16, "0") });
    desk.opened({ id: PLAY, upload_key: "key" }, tick(0), 0);
    now = at(11_000);
    desk.tick(tick(1));
    now = at(60_000);
    desk.tick(tick(2));
    expect(sent.at(-1)).toEqual({
      type: "rows",
      play: PLAY,
      sent_ms: 60_000,
      epoch: 1,
      echo: { tick: 2, received_ms: 60_000 },
      ticks: [tick(2)],
      epochs: [{ epoch: 1, from_ms: 60_000, wall_ms: at(60_000).wall_ms }],
      rows: [],
    });
    desk.lost();
    now = at(61_000);
    desk.mark("answered", "check001");
    desk.opened({ id: PLAY, upload_key: "key" }, tick(9), 0);
    const last = sent.at(-1);
    expect(last?.rows.map((row) => [row.seq, row.epoch, row.tick])).toEqual([
      [1, 0, 0],
      [2, 1, 2],
      [3, 1, 2],
    ]);
    expect(last?.ticks.map((each) => each.n)).toEqual([0, 2, 9]);
    expect(last?.epochs.map((each) => each.epoch)).toEqual([0, 1]);
  });

  test("another play starts from its own first row", () => {
    const sent: Rows[] = [];
    let now = at(1_000);
    const desk = new EvidenceDesk(
      () => now,
      (envelope) => sent.push(envelope),
    );
    const tick = { n: 0, at_ms: 1, mac: "0".repeat(16) };
    desk.opened({ id: PLAY, upload_key: "key" }, tick, 0);
    desk.mark("shown", "check001");
    desk.opened({ id: "play00000002", upload_key: "key" }, tick, 0);
    now = at(2_000);
    desk.flush();
    expect(sent.at(-1)).toMatchObject({
      play: "play00000002",
      rows: [{ seq: 1, from_ms: 1_000, to_ms: 2_000 }],
    });
    expect(desk.ref?.id).toBe("play00000002");
  });
});
