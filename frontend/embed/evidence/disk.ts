/**
 * The journals of this browser on its disk: IndexedDB of this origin, one record a play, one a waiting row.
 *
 * Each row lies there with the tick and the epoch that prove it, so that whoever finds it later can send it. Nothing
 * here says who watches. Writes promise strict durability; every method rejects where the browser's storage fails,
 * and the callers go on in memory.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Epoch, TickProof } from "../../shared/wire";
import type { Row } from "./recorder";

/** A row and what proves it. */
export interface Entry {
  readonly row: Row;
  readonly tick: TickProof;
  readonly epoch: Epoch;
}

/** What is kept of a play beside its waiting rows. */
export interface Head {
  readonly id: string;
  readonly upload_key: string;
  readonly media: string;
  /** A short name of the grant that opened it: the same grant may go on with it. */
  readonly grant: string;
  /** `Date.now()` of the last write: a living page writes each second. */
  readonly touched_ms: number;
  /** The newest epoch of the player's clock. */
  readonly epoch: number;
  /** The last closed row; those up to `durable` are on the server's disk. */
  readonly last: number;
  readonly durable: number;
  /** The stretch that was open at `touched_ms`. */
  readonly open: Entry | null;
}

/** A play taken from the disk, its open stretch closed where it was last seen; without it where the page went on. */
export interface Left {
  readonly head: Head;
  readonly entries: readonly Entry[];
}

interface Schema extends DBSchema {
  plays: { key: string; value: Head };
  rows: { key: [string, number]; value: Entry & { readonly play: string } };
}

const NAME = "rollcall.journal";
const OPEN_WITHIN_MS = 3_000;
const STRICT: IDBTransactionOptions = { durability: "strict" };
/** A page that died may have begun one epoch more than it had written down. */
const EPOCHS_APART = 2;
/** A page that went on without the disk may have slept this often. */
const EPOCHS_APART_WITHOUT = 1_000;

export class Disk {
  #db: IDBPDatabase<Schema>;

  private constructor(db: IDBPDatabase<Schema>) {
    this.#db = db;
  }

  /** Rejects where storage is refused, broken, or does not answer in time. */
  static async open(): Promise<Disk> {
    const opening = openDB<Schema>(NAME, 1, {
      upgrade(db) {
        db.createObjectStore("plays", { keyPath: "id" });
        db.createObjectStore("rows", { keyPath: ["play", "row.seq"] });
      },
      // A newer page wants another schema, or somebody clears the storage: its writes fail from now on.
      blocking: (_current, _wanted, event) => (event.target as IDBDatabase).close(),
    });
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error("the journal did not open in time")), OPEN_WITHIN_MS);
    });
    return new Disk(await Promise.race([opening, late]));
  }

  close(): void {
    this.#db.close();
  }

  async heads(): Promise<Head[]> {
    return this.#db.getAll("plays");
  }

  /** One transaction: new rows, the head, and away with what is on the server's disk. */
  async write(head: Head, entries: readonly Entry[]): Promise<void> {
    const work = this.#db.transaction(["plays", "rows"], "readwrite", STRICT);
    const rows = work.objectStore("rows");
    const asked: Promise<unknown>[] = entries.map((entry) => rows.put({ ...entry, play: head.id }));
    if (head.durable > 0) asked.push(rows.delete(rowsOf(head.id, head.durable)));
    await Promise.all([work.objectStore("plays").put(head), ...asked, work.done]);
  }

  /**
   * Take over what a page left: its open stretch becomes a row, and the next epoch is the taker's.
   *
   * `disowned`: the page went on without the disk, so what was open became another row, unknown here.
   */
  async adopt(id: string, disowned: boolean): Promise<Left | null> {
    const work = this.#db.transaction(["plays", "rows"], "readwrite", STRICT);
    const [plays, rows] = [work.objectStore("plays"), work.objectStore("rows")];
    const found = await plays.get(id);
    if (found?.open && !disowned) await rows.put({ ...found.open, play: id });
    const entries = found ? await rows.getAll(rowsOf(id)) : [];
    const apart = disowned ? EPOCHS_APART_WITHOUT : EPOCHS_APART;
    const head = found && closed(found, entries.at(-1)?.row.seq ?? 0, apart);
    if (head) await plays.put(head);
    await work.done;
    return head ? { head, entries: entries.map(({ row, tick, epoch }) => ({ row, tick, epoch })) } : null;
  }

  async drop(id: string): Promise<void> {
    const work = this.#db.transaction(["plays", "rows"], "readwrite", STRICT);
    await Promise.all([
      work.objectStore("rows").delete(rowsOf(id)),
      work.objectStore("plays").delete(id),
      work.done,
    ]);
  }
}

function rowsOf(play: string, last = Number.MAX_SAFE_INTEGER): IDBKeyRange {
  return IDBKeyRange.bound([play, 0], [play, last]);
}

function closed(head: Head, newest: number, epochsApart: number): Head {
  return { ...head, open: null, last: Math.max(head.last, newest), epoch: head.epoch + epochsApart };
}
