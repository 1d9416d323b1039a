/**
 * Which plays of this browser went on in the memory of their page after its disk had failed.
 *
 * What the disk has of such a play is old. A page that went on from there would give its own rows numbers that rows of
 * the last page already bear, and the server keeps only one of two. So it opens a new play, and hands over of the old
 * one what was closed on disk: that is the same in the memory of the other page, whichever comes first. The note lies
 * beside the grant, not on the disk that failed: whoever finds the grant, without which no play is gone on with,
 * finds the note.
 */
import type { Keep } from "../host/keep";

export class Disowned {
  #keep: Omit<Keep, "lasting">;

  constructor(keep: Omit<Keep, "lasting">) {
    this.#keep = keep;
  }

  /** False where it cannot be noted. */
  add(id: string): boolean {
    try {
      this.#keep.write(nameOf(id), "1");
      return true;
    } catch {
      return false;
    }
  }

  has(id: string): boolean {
    return this.#keep.read(nameOf(id)) !== null;
  }

  /** Nothing of it is on the disk any more. */
  forget(id: string): void {
    this.#keep.remove(nameOf(id));
  }
}

function nameOf(id: string): string {
  return `rollcall.disowned.${id}`;
}
