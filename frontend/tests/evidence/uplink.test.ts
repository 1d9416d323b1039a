import { describe, expect, test } from "vitest";
import { EvidenceDesk } from "../../embed/evidence/desk";
import { Journal } from "../../embed/evidence/journal";
import { EXIT_BYTES, ROWS_PER_MESSAGE, Uplink } from "../../embed/evidence/uplink";
import type { Lost, Rows } from "../../shared/wire";
import { at, entry, head, inMemory, seal, tick } from "./samples";

const PLAY = "play00000001";

/** Sequence numbers of each message; of `lost`, its ends. */
function brief(sent: (Rows | Lost)[]): unknown[] {
  return sent.map((message) =>
    message.type === "lost" ? ["lost", message.first, message.last] : message.rows.map((row) => row.seq),
  );
}

function opened(stored: number): {
  uplink: Uplink;
  journal: Journal;
  sent: (Rows | Lost)[];
  seqs: () => unknown[];
  add: (seq: number, now_ms: number) => void;
} {
  const sent: (Rows | Lost)[] = [];
  const journal = new Journal(null, { head: head(PLAY), entries: [] }, () => true);
  const uplink = new Uplink(journal, seal, (message) => sent.push(message));
  let now_ms = 0;
  journal.belongsTo({ stored: () => uplink.stored(now_ms) });
  const add = (seq: number, at_ms: number) => {
    now_ms = at_ms;
    journal.keep([entry(seq)], null, 0, at_ms);
  };
  for (let seq = 1; seq <= stored; seq += 1) add(seq, 0);
  return { uplink, journal, sent, seqs: () => brief(sent), add };
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
    expect(sent.map((message) => message.type === "rows" && message.rows.length)).toEqual([
      0,
      ROWS_PER_MESSAGE,
      ROWS_PER_MESSAGE,
      1,
    ]);
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
    const { uplink, seqs, add } = opened(1);
    uplink.connected(PLAY, 0, 0);
    add(2, 200);
    add(3, 600);
    uplink.pulse(900);
    uplink.pulse(1_000);
    expect(seqs()).toEqual([[], [1], [2, 3]]);
  });

  test("slowed down it answers ticks with nothing else, then makes up for it", () => {
    const { uplink, seqs, add } = opened(0);
    uplink.connected(PLAY, 0, 0);
    uplink.slowDown(5_000, 0);
    uplink.ticked(1_000);
    add(1, 1_000);
    uplink.answer(1_000);
    uplink.pulse(2_000);
    uplink.pulse(5_000);
    expect(seqs()).toEqual([[], [], [1]]);
  });

  test("a tick is answered once, together with the row it closed", () => {
    const { uplink, seqs, add } = opened(0);
    uplink.connected(PLAY, 0, 0);
    uplink.ticked(9_000);
    add(1, 9_000);
    uplink.answer(9_000);
    uplink.ticked(19_000);
    uplink.answer(19_000);
    expect(seqs()).toEqual([[], [1], []]);
  });
});

describe("rows that are gone", () => {
  test("are said to be lost before the first that is left", () => {
    const sent: (Rows | Lost)[] = [];
    const left = { head: head(PLAY, { last: 7 }), entries: [entry(5), entry(7)] };
    const uplink = new Uplink(new Journal(null, left, () => true), seal, (message) => sent.push(message));
    uplink.connected(PLAY, 2, 0);
    expect(brief(sent)).toEqual([[], ["lost", 3, 4], [5, 7]]);
    uplink.gap(6, 10);
    expect(brief(sent).slice(3)).toEqual([["lost", 6, 6], [7]]);
  });
});

describe("the exit message", () => {
  test("has the oldest rows that are not durable, and never more than a browser sends", () => {
    const { uplink, journal } = opened(400);
    uplink.connected(PLAY, 3, 0);
    const message = uplink.exit(10);
    expect(message?.rows[0]?.seq).toBe(4);
    const seqs = message?.rows.map((row) => row.seq) ?? [];
    expect(seqs).toEqual(seqs.map((_, index) => 4 + index));
    const wrapped = JSON.stringify({ play: { id: PLAY, upload_key: "k".repeat(64) }, messages: [message] });
    expect(wrapped.length).toBeLessThanOrEqual(EXIT_BYTES);
    expect(wrapped.length).toBeGreaterThan(EXIT_BYTES / 2);
    journal.forget(400);
    expect(uplink.exit(10)).toBeNull();
  });

  test("leaves out the newest rows where not all fit", () => {
    const beat = { row: "beat", epoch: 0, tick: 0, state: "playing", cause: "user" } as const;
    const entries = Array.from({ length: ROWS_PER_MESSAGE }, (_, index) => {
      const [seq, from_ms] = [index + 1, index * 9_000];
      const times = { from_ms, to_ms: from_ms + 9_000, media_from_ms: from_ms, media_to_ms: from_ms + 9_000 };
      const row = { ...beat, seq, ...times, visible: true, muted: false, rate: 1 };
      return { ...entry(seq), row };
    });
    const journal = new Journal(null, { head: head(PLAY, { last: entries.length }), entries }, () => true);
    const seqs = new Uplink(journal, seal, () => undefined).exit(0)?.rows.map((row) => row.seq) ?? [];
    expect(seqs.length).toBeGreaterThan(30);
    expect(seqs.length).toBeLessThan(ROWS_PER_MESSAGE);
    expect(seqs).toEqual(seqs.map((_, index) => 1 + index));
  });

  test("never begins behind a row that is gone", () => {
    const journal = new Journal(
      null,
      { head: head(PLAY, { last: 7, durable: 2 }), entries: [entry(5)] },
      () => true,
    );
    expect(new Uplink(journal, seal, () => undefined).exit(0)).toBeNull();
  });
});

describe("the desk", () => {
  test("an envelope proves each tick and epoch that its rows cite", () => {
    let now = at(1_000);
    const sent: (Rows | Lost)[] = [];
    const desk = new EvidenceDesk(
      () => now,
      (message) => sent.push(message),
      inMemory(),
    );
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
    const last = sent.at(-1) as Rows;
    expect(last.rows.map((row) => [row.seq, row.epoch, row.tick])).toEqual([
      [1, 0, 0],
      [2, 1, 2],
      [3, 1, 2],
    ]);
    expect(last.ticks.map((each) => each.n)).toEqual([0, 2, 9]);
    expect(last.epochs.map((each) => each.epoch)).toEqual([0, 1]);
  });

  test("another play starts from its own first row", () => {
    const sent: (Rows | Lost)[] = [];
    let now = at(1_000);
    const desk = new EvidenceDesk(
      () => now,
      (message) => sent.push(message),
      inMemory(),
    );
    desk.opened({ id: PLAY, upload_key: "key" }, tick(0), 0);
    desk.mark("shown", "check001");
    desk.opened({ id: "play00000002", upload_key: "key" }, tick(0), 0);
    now = at(2_000);
    desk.flush();
    expect(sent.at(-1)).toMatchObject({
      play: "play00000002",
      rows: [{ seq: 1, from_ms: 1_000, to_ms: 2_000 }],
    });
    expect(desk.ref?.id).toBe("play00000002");
  });

  test("frozen time is in no row, and a new epoch begins when it thaws", () => {
    const sent: (Rows | Lost)[] = [];
    let now = at(1_000);
    const desk = new EvidenceDesk(
      () => now,
      (message) => sent.push(message),
      inMemory(),
    );
    desk.opened({ id: PLAY, upload_key: "key" }, tick(0), 0);
    now = at(6_000);
    desk.flush();
    now = at(14_000);
    desk.thaw();
    now = at(16_000);
    desk.tick(tick(1));
    const rows = sent.flatMap((message) => (message.type === "rows" ? message.rows : []));
    expect(rows.map((row) => row.row === "beat" && [row.epoch, row.from_ms, row.to_ms])).toEqual([
      [0, 1_000, 6_000],
      [1, 14_000, 16_000],
    ]);
  });
});
