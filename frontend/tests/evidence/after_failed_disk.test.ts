/** A page whose disk failed is left, and another is opened: in whatever order their rows arrive, none is lost. */
import "fake-indexeddb/auto";
import { IDBFactory, IDBObjectStore } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Turn } from "../../embed/connection/exchange";
import { Disk } from "../../embed/evidence/disk";
import { Disowned } from "../../embed/evidence/disowned";
import type { Surroundings } from "../../embed/evidence/handover";
import { Journals } from "../../embed/evidence/journals";
import type { Row } from "../../embed/evidence/recorder";
import { sweep } from "../../embed/evidence/sweep";
import type { Lost, Rows, Upload } from "../../shared/wire";
import { Life, noted, PLAY, REF, written } from "./life";
import { at, tick } from "./samples";

const NEXT = { id: "play00000002", upload_key: "key2" };

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => vi.restoreAllMocks());

/** The record of a server by its contract: rows of a play count in the order of their numbers, the first of each. */
class Server implements Surroundings {
  #plays = new Map<string, Row[]>();

  take(messages: readonly (Rows | Lost)[]): void {
    for (const message of messages) {
      expect(message.type).toBe("rows");
      if (message.type !== "rows") continue;
      const kept = this.#rows(message.play);
      for (const row of message.rows) if (row.seq === kept.length + 1) kept.push(row);
    }
  }

  durable(play: string): number {
    return this.#rows(play).length;
  }

  async post(_media: string, { play, messages }: Upload): Promise<Turn> {
    this.take(messages as (Rows | Lost)[]);
    const ack = { type: "ack", durable: this.durable(play.id) } as const;
    return { messages: messages.length > 0 ? [ack] : [{ type: "tick", ...tick(40) }, ack], close: null };
  }

  now_ms = () => 5_000;
  wall_ms = () => 1_700_000_500_000;
  pause = async () => undefined;

  beats(play: string): unknown[] {
    return this.#rows(play).map((row) => (row.row === "beat" ? [row.from_ms, row.to_ms] : row.mark));
  }

  #rows(play: string): Row[] {
    const rows = this.#plays.get(play) ?? [];
    this.#plays.set(play, rows);
    return rows;
  }
}

/** Watch until 21 s, from 12 s on with a disk that takes nothing; return the last words. */
async function fail(disowned: Disowned): Promise<Upload> {
  const life = await Life.begin(disowned);
  life.desk.opened(REF, tick(0), 0);
  await life.watch(12_000);
  const full = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
    throw new DOMException("The disk is full.", "QuotaExceededError");
  });
  await life.watch(21_000);
  expect(life.desk.lasting).toBe(false);
  const exit = life.desk.exit();
  full.mockRestore();
  life.die();
  if (!exit) throw new Error("no last words");
  return exit;
}

/** The next page watches from 31 s to 42 s; `heard` is called when it has said hello. */
async function watchOn(disowned: Disowned, server: Server, heard = () => {}): Promise<Life> {
  const next = await Life.begin(disowned);
  next.now = at(31_000);
  const ref = next.desk.ref ?? NEXT;
  next.desk.opened(ref, tick(9), server.durable(ref.id));
  heard();
  await next.watch(42_000);
  next.desk.flush();
  await written();
  server.take(next.sent);
  return next;
}

const OWN = [
  [31_000, 40_000],
  [40_000, 42_000],
];

describe("the next page opens a new play", () => {
  const ALL = [
    [1_000, 10_000],
    [10_000, 19_000],
    [19_000, 21_000],
  ];

  test.each<[string, number[], unknown[]]>([
    ["before the next page says hello", [1, 0, 0], ALL],
    ["after its hello, before its rows", [0, 1, 0], ALL],
    ["after the hand-over", [0, 0, 1], ALL],
    ["never", [0, 0, 0], ALL.slice(0, 1)],
    ["again and again", [1, 1, 1], ALL],
  ])("the last words come %s", async (_, [before, meanwhile, after], whole) => {
    const [server, disowned] = [new Server(), noted()];
    const { messages } = await fail(disowned);
    const last = (times = 0) => times && server.take(messages as Rows[]);
    last(before);
    const next = await watchOn(disowned, server, () => last(meanwhile));
    expect(next.desk.ref).toEqual(NEXT);
    expect(await sweep(next.journals, server)).toBe(true);
    last(after);
    expect(server.beats(PLAY)).toEqual(whole);
    expect(server.beats(NEXT.id)).toEqual(OWN);
  });

  test("the hand-over is an epoch that the page which went on without a disk has surely not reached", async () => {
    const disowned = noted();
    await fail(disowned);
    const { journals } = await Life.begin(disowned);
    const [left] = await journals.left();
    expect(left?.head).toMatchObject({ last: 1, open: null });
    expect(left?.head.epoch).toBeGreaterThanOrEqual(1_000);
  });

  test("a page whose disk fails while the next one waits for its play is not gone on with either", async () => {
    const life = await Life.begin();
    life.desk.opened(REF, tick(0), 0);
    await life.watch(12_000);
    life.die();
    const disowned = noted();
    const claims = { take: async ({ id }: { id: string }) => disowned.add(id), leave: () => undefined };
    const shelf = await new Journals(await Disk.open(), claims, disowned).shelf("media001", "grant");
    expect(shelf.found).toBeNull();
  });

  test("the note is away when nothing is left on the disk", async () => {
    const values = new Map<string, string>();
    const disowned = noted(values);
    await fail(disowned);
    expect([...values.keys()]).toEqual([`rollcall.disowned.${PLAY}`]);
    const next = await Life.begin(disowned);
    await sweep(next.journals, new Server());
    expect([...values.keys()]).toEqual([]);
    expect(await next.disk.heads()).toEqual([]);
  });
});

describe("where not even a note can be made, the next page goes on with the play", () => {
  function unnoted(): Disowned {
    const write = () => {
      throw new DOMException("The storage is full.", "QuotaExceededError");
    };
    return new Disowned({ read: () => null, write, remove: () => undefined });
  }

  test.each<[string, number]>([
    ["before it says hello", 0],
    ["after its hello, before its rows", 1],
    ["after its rows", 2],
  ])("the last words come %s and take none of its numbers", async (_, when) => {
    const [server, disowned] = [new Server(), unnoted()];
    const { messages } = await fail(disowned);
    const last = (now: number) => now === when && server.take(messages as Rows[]);
    last(0);
    const next = await watchOn(disowned, server, () => last(1));
    last(2);
    expect(next.desk.ref).toEqual(REF);
    const second = when < 2 ? [10_000, 19_000] : [10_000, 12_000];
    expect(server.beats(PLAY)).toEqual([[1_000, 10_000], second, ...OWN]);
  });
});
