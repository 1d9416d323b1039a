/** A page on a browser's disk, as the tests of the journal know it: it may die at any moment, the disk stays. */
import { StampClaims } from "../../embed/evidence/claims";
import { EvidenceDesk, type Shelf } from "../../embed/evidence/desk";
import { Disk } from "../../embed/evidence/disk";
import { Disowned } from "../../embed/evidence/disowned";
import { Journals } from "../../embed/evidence/journals";
import type { Lost, Rows } from "../../shared/wire";
import { at } from "./samples";

export const PLAY = "play00000001";
export const REF = { id: PLAY, upload_key: "key" };
export const DAY_MS = 86_400_000;

/** The small storage of a browser; its notes may be shared by several pages. */
export function noted(values = new Map<string, string>()): Disowned {
  return new Disowned({
    read: (name) => values.get(name) ?? null,
    write: (name, value) => void values.set(name, value),
    remove: (name) => void values.delete(name),
  });
}

/** Until every write that is under way has ended. */
export async function written(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resume) => setTimeout(resume));
}

/** One life of a page on the same browser's disk: the process may die at any moment, the disk stays. */
export class Life {
  now = at(1_000);
  sent: (Rows | Lost)[] = [];
  readonly disk: Disk;
  readonly journals: Journals;
  readonly desk: EvidenceDesk;

  private constructor(disk: Disk, journals: Journals, shelf: Shelf) {
    this.disk = disk;
    this.journals = journals;
    this.desk = new EvidenceDesk(
      () => this.now,
      (message) => this.sent.push(message),
      shelf,
    );
  }

  static async begin(disowned = noted()): Promise<Life> {
    const disk = await Disk.open();
    const journals = new Journals(disk, new StampClaims(() => Date.now() + DAY_MS), disowned);
    return new Life(disk, journals, await journals.shelf("media001", "grant"));
  }

  async watch(to_ms: number): Promise<void> {
    for (let at_ms = this.now.at_ms + 1_000; at_ms <= to_ms; at_ms += 1_000) {
      this.now = at(at_ms);
      this.desk.look();
      await written();
    }
  }

  /** The process is killed: nothing that it has not written counts any more. */
  die(): void {
    this.disk.close();
  }

  rows(): unknown[] {
    const rows = this.sent.flatMap((message) => (message.type === "rows" ? message.rows : []));
    return rows.map((row) =>
      row.row === "beat" ? [row.seq, row.epoch, row.from_ms, row.to_ms] : [row.seq, row.mark],
    );
  }
}

export async function left(): Promise<Awaited<ReturnType<Journals["left"]>>> {
  return new Journals(await Disk.open(), new StampClaims(() => Date.now() + DAY_MS), noted()).left();
}
