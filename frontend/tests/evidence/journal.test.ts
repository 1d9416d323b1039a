import "fake-indexeddb/auto";
import { IDBDatabase, IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { StampClaims } from "../../embed/evidence/claims";
import { Disk } from "../../embed/evidence/disk";
import { Journal, WRITE_WITHIN_MS } from "../../embed/evidence/journal";
import { Journals, KEEP_MS, RESUME_WITHIN_MS } from "../../embed/evidence/journals";
import { DAY_MS, Life, left, noted, PLAY, REF, written } from "./life";
import { at, entry, head, tick } from "./samples";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => vi.restoreAllMocks());

describe("stored before sent", () => {
  test("a row leaves only when its transaction is on disk", async () => {
    const life = await Life.begin();
    const write = vi.spyOn(life.disk, "write");
    life.desk.opened(REF, tick(0), 0);
    life.now = at(5_000);
    life.desk.mark("shown", "check001");
    expect(life.rows()).toEqual([]);
    await written();
    expect(write.mock.calls.flatMap(([, entries]) => entries.map(({ row }) => row.seq))).toEqual([1, 2]);
    expect(life.rows()).toEqual([
      [1, 0, 1_000, 5_000],
      [2, "shown"],
    ]);
  });

  test("it stays on disk until the server has it on its own", async () => {
    const life = await Life.begin();
    life.desk.opened(REF, tick(0), 0);
    life.now = at(5_000);
    life.desk.flush();
    await written();
    life.desk.acknowledged(1);
    await life.watch(7_000);
    await written();
    life.die();
    const [play] = await left();
    expect(play?.entries.map(({ row }) => row.seq)).toEqual([2]);
    expect(play?.head).toMatchObject({ durable: 1, last: 2 });
  });

  test("the journal says nothing of who watches, and has what the server needs", async () => {
    const life = await Life.begin();
    life.desk.opened(REF, tick(4), 0);
    await life.watch(13_000);
    await written();
    life.die();
    const [play] = await left();
    expect(Object.keys(play?.head ?? {}).sort()).toEqual([
      "durable",
      "epoch",
      "grant",
      "id",
      "last",
      "media",
      "open",
      "touched_ms",
      "upload_key",
    ]);
    expect(play?.entries[0]).toMatchObject({ tick: tick(4), epoch: { epoch: 0, from_ms: 1_000 } });
  });
});

describe("after a crash", () => {
  test.each([0, 1, 2, 3, 7, 12, 18])(
    "at second %d at most a second is gone, and nothing twice",
    async (second) => {
      const life = await Life.begin();
      life.desk.opened(REF, tick(0), 0);
      for (let s = 1; s <= second; s += 1) {
        life.now = at(1_000 + s * 1_000);
        if (s % 10 === 0) life.desk.tick(tick(s / 10));
        else life.desk.look();
        await written();
      }
      life.die();

      const next = await Life.begin();
      next.now = at(500);
      expect(next.desk.ref).toEqual(REF);
      next.desk.opened(REF, tick(100), 0);
      await next.watch(2_500);
      next.desk.flush();
      await written();
      const beats = next.rows() as [number, number, number, number][];
      expect(beats.map(([seq]) => seq)).toEqual(beats.map((_, index) => index + 1));
      const old = beats.filter(([, epoch]) => epoch === 0);
      const total_ms = old.reduce((sum, [, , from_ms, to_ms]) => sum + to_ms - from_ms, 0);
      expect(total_ms).toBe(second * 1_000);
      expect(beats.at(-1)).toEqual([beats.length, 2, 500, 2_500]);
    },
  );

  test("a row that was sent by the exit message alone is not another row after it", async () => {
    const life = await Life.begin();
    life.desk.opened(REF, tick(0), 0);
    await life.watch(4_000);
    await written();
    life.now = at(4_700);
    vi.spyOn(life.disk, "write").mockReturnValue(new Promise(() => undefined)); // dies before this one ends
    const exit = life.desk.exit();
    life.die();
    const exited = exit?.messages[0];
    expect(exited?.type === "rows" && exited.rows.map((row) => row.seq)).toEqual([1]);

    const next = await Life.begin();
    next.desk.opened(REF, tick(9), 0);
    next.now = at(2_000);
    next.desk.flush();
    await written();
    // Row 1 is the same stretch, closed at its last refresh; whichever comes first counts.
    expect(next.rows()).toEqual([
      [1, 0, 1_000, 4_000],
      [2, 2, 1_000, 2_000],
    ]);
  });

  test("a row the disk knows nothing of is not in the exit message", async () => {
    const life = await Life.begin();
    life.desk.opened(REF, tick(0), 0);
    await life.watch(2_000);
    await written();
    life.now = at(4_000);
    life.desk.mark("answered", "check001");
    const exited = life.desk.exit()?.messages[0];
    expect(exited?.type === "rows" && exited.rows.map((row) => row.seq)).toEqual([1]);
  });

  test("whatever is written is promised to be on the disk, not in a cache of it", async () => {
    const asked: unknown[] = [];
    const begun = IDBDatabase.prototype.transaction;
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (this: IDBDatabase, ...call) {
      if (call[1] === "readwrite") asked.push(call[2]);
      return begun.apply(this, call);
    });
    const disk = await Disk.open();
    await disk.write(head(PLAY), [entry(1)]);
    await disk.adopt(PLAY, false);
    await disk.drop(PLAY);
    expect(asked).toEqual(Array(3).fill({ durability: "strict" }));
  });

  test("another grant does not go on with the play, nor the same one much later", async () => {
    const life = await Life.begin();
    life.desk.opened(REF, tick(0), 0);
    await life.watch(4_000);
    await written();
    life.die();
    const disk = await Disk.open();
    const asleep = (for_ms: number) => () => Date.now() + for_ms;
    const claims = new StampClaims(asleep(DAY_MS));
    expect((await new Journals(disk, claims, noted()).shelf("media001", "other")).found).toBeNull();
    expect((await new Journals(disk, claims, noted()).shelf("media002", "grant")).found).toBeNull();
    const later = new Journals(disk, claims, noted(), asleep(RESUME_WITHIN_MS + 1));
    expect((await later.shelf("media001", "grant")).found).toBeNull();
    expect((await later.left()).map(({ head: { id } }) => id)).toEqual([PLAY]);
  });

  test("what nobody took for a month is cleared away, and so is a play without rows", async () => {
    const disk = await Disk.open();
    await disk.write(head("play00000009", { last: 1, touched_ms: Date.now() }), [entry(1)]);
    await disk.write(head("play00000008", { last: 4, durable: 4, touched_ms: Date.now() }), []);
    const when = (for_ms: number) =>
      new Journals(
        disk,
        new StampClaims(() => Date.now() + DAY_MS + for_ms),
        noted(),
        () => Date.now() + for_ms,
      );
    expect((await when(RESUME_WITHIN_MS + 1).left()).map(({ head: { id } }) => id)).toEqual(["play00000009"]);
    expect((await disk.heads()).map(({ id }) => id)).toEqual(["play00000009"]);
    expect(await when(KEEP_MS + 1).left()).toEqual([]);
    expect(await disk.heads()).toEqual([]);
  });
});

describe("a page that is not to watch any more", () => {
  test("lets go of its play with the last stretch closed, and writes no more", async () => {
    const life = await Life.begin();
    life.desk.opened(REF, tick(0), 0);
    await life.watch(3_000);
    life.now = at(3_600);
    await life.desk.end();
    expect(life.desk.ref).toBeNull();
    const [play] = await left();
    expect(play?.entries.map(({ row }) => row.row === "beat" && row.to_ms)).toEqual([3_600]);
    await life.watch(9_000);
    expect((await life.disk.heads())[0]).toMatchObject({ last: 1, open: null });
  });

  test("keeps nothing back for a disk that does not answer", async () => {
    const journal = new Journal(await Disk.open(), { head: head(PLAY), entries: [] }, () => true);
    vi.spyOn(Disk.prototype, "write").mockReturnValue(new Promise(() => undefined));
    journal.keep([entry(1)], null, 0, 0);
    vi.useFakeTimers();
    const finished = journal.finish();
    await vi.advanceTimersByTimeAsync(WRITE_WITHIN_MS);
    vi.useRealTimers();
    expect((await finished)?.entries.map(({ row }) => row.seq)).toEqual([1]);
  });
});

describe("two tabs", () => {
  test("neither takes the other's living play, and each its own when it comes back", async () => {
    const disk = await Disk.open();
    const tabs = new FakeLocks();
    const [first, second] = [
      new Journals(disk, tabs.claims(), noted()),
      new Journals(disk, tabs.claims(), noted()),
    ];
    const begun = (await first.shelf("media001", "grant")).begin(REF);
    begun.keep([entry(1)], null, 0, 0);
    await written();
    expect((await second.shelf("media001", "grant")).found).toBeNull();
    expect(await second.left()).toEqual([]);
    tabs.kill(0);
    const resumed = (await second.shelf("media001", "grant")).found;
    expect([resumed?.ref, resumed?.last]).toEqual([REF, 1]);
    expect(await new Journals(disk, tabs.claims(), noted()).left()).toEqual([]);
  });
});

/** The browser's locks as seen by several tabs. */
class FakeLocks {
  #held = new Map<string, number>();
  #tabs = 0;

  claims() {
    const tab = this.#tabs++;
    return {
      take: async ({ id }: { id: string }) => {
        if (this.#held.has(id)) return false;
        this.#held.set(id, tab);
        return true;
      },
      leave: (id: string) => void this.#held.delete(id),
    };
  }

  kill(tab: number): void {
    for (const [id, holder] of this.#held) if (holder === tab) this.#held.delete(id);
  }
}

test("a journal that was never written is no journal", async () => {
  const journal = new Journal(await Disk.open(), { head: head(PLAY), entries: [] }, () => true);
  expect(await journal.finish()).toBeNull();
  expect(await left()).toEqual([]);
});
