import "fake-indexeddb/auto";
import { IDBFactory, IDBObjectStore } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { StampClaims } from "../../embed/evidence/claims";
import { Disk } from "../../embed/evidence/disk";
import { WRITE_WITHIN_MS } from "../../embed/evidence/journal";
import { Journals } from "../../embed/evidence/journals";
import { Life, noted, PLAY, REF, written } from "./life";
import { at, entry, tick } from "./samples";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});
afterEach(() => vi.restoreAllMocks());

describe("without a disk", () => {
  function full(): void {
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
      throw new DOMException("The disk is full.", "QuotaExceededError");
    });
  }

  test("full storage: the rows go on from memory, none lost, none stuck", async () => {
    const life = await Life.begin();
    life.desk.opened(REF, tick(0), 0);
    await life.watch(3_000);
    await written();
    expect(life.desk.lasting).toBe(true);
    full();
    life.now = at(5_000);
    life.desk.mark("shown", "check001");
    await written();
    life.now = at(6_000);
    life.desk.mark("answered", "check001");
    expect(life.desk.lasting).toBe(false);
    expect(life.rows()).toEqual([
      [1, 0, 1_000, 5_000],
      [2, "shown"],
      [3, 0, 5_000, 6_000],
      [4, "answered"],
    ]);
    life.desk.acknowledged(4);
    expect(life.desk.waiting).toBe(0);
  });

  test("a transaction that never ends: given up after a while", async () => {
    const life = await Life.begin();
    vi.spyOn(life.disk, "write").mockReturnValue(new Promise(() => undefined));
    life.desk.opened(REF, tick(0), 0);
    await life.watch(3_000);
    life.desk.mark("shown", "check001");
    await written();
    expect(life.rows()).toEqual([]);
    await life.watch(3_000 + WRITE_WITHIN_MS + 1_000);
    expect(life.desk.lasting).toBe(false);
    expect(life.rows().slice(0, 2)).toEqual([
      [1, 0, 1_000, 3_000],
      [2, "shown"],
    ]);
  });

  test.each([
    ["an hour", 3_600_000],
    ["as long as one epoch lasts", 20_000],
  ])("a page that slept %s during a write has not waited for it", async (_, asleep_ms) => {
    const life = await Life.begin();
    const write = vi.spyOn(life.disk, "write");
    life.desk.opened(REF, tick(0), 0);
    await life.watch(3_000);
    let answer = () => {};
    write.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
    life.now = at(4_500);
    life.desk.look();
    life.now = at(4_500 + asleep_ms);
    life.desk.look();
    await life.watch(4_500 + asleep_ms + 3_000);
    answer();
    await written();
    await life.watch(4_500 + asleep_ms + 20_000);
    expect(life.desk.lasting).toBe(true);
    expect(life.rows().length).toBeGreaterThan(2);
    const last = life.rows().at(-1) as [number];
    expect((await life.disk.heads())[0]).toMatchObject({ last: last[0] });
  });

  test("a write that does not end after a sleep either is given up", async () => {
    const life = await Life.begin();
    life.desk.opened(REF, tick(0), 0);
    await life.watch(3_000);
    vi.spyOn(life.disk, "write").mockReturnValue(new Promise(() => undefined));
    life.now = at(4_500);
    life.desk.look();
    life.now = at(3_604_500);
    life.desk.look();
    await life.watch(3_604_500 + WRITE_WITHIN_MS);
    expect(life.desk.lasting).toBe(true);
    await life.watch(3_604_500 + WRITE_WITHIN_MS + 1_000);
    expect(life.desk.lasting).toBe(false);
  });

  test("another page needs another schema: this one lets go of the disk", async () => {
    const life = await Life.begin();
    life.desk.opened(REF, tick(0), 0);
    await written();
    await new Promise((resolve, reject) => {
      const request = indexedDB.open("rollcall.journal", 99);
      request.onsuccess = resolve;
      request.onerror = request.onblocked = reject;
    });
    life.now = at(5_000);
    life.desk.flush();
    await written();
    expect(life.desk.lasting).toBe(false);
    expect(life.rows()).toEqual([[1, 0, 1_000, 5_000]]);
  });

  test.each<[string, () => IDBFactory]>([
    [
      "refused",
      () =>
        ({
          open: () => {
            throw new DOMException("No.", "SecurityError");
          },
        }) as never,
    ],
    ["silent", () => ({ open: () => new EventTarget() }) as never],
  ])("storage is %s: it opens in memory and says so", async (_, factory) => {
    globalThis.indexedDB = factory();
    vi.useFakeTimers();
    const opening = Disk.open().catch(() => null);
    await vi.advanceTimersByTimeAsync(10_000);
    vi.useRealTimers();
    const journals = new Journals(await opening, new StampClaims(Date.now), noted());
    expect(journals.lasting).toBe(false);
    const shelf = await journals.shelf("media001", "grant");
    const journal = shelf.begin(REF);
    journal.keep([entry(1)], null, 0, 0);
    expect(journal.read(1, 10).map(({ row }) => row.seq)).toEqual([1]);
    await shelf.leave(journal);
    expect((await journals.left()).map(({ entries }) => entries.length)).toEqual([1]);
    await journals.done(PLAY);
    expect(await journals.left()).toEqual([]);
  });
});
