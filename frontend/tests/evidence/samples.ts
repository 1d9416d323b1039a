/** Samples for the evidence tests: one second of ordinary watching unless told otherwise. */
import type { Shelf } from "../../embed/evidence/desk";
import type { Entry, Head } from "../../embed/evidence/disk";
import { Journal } from "../../embed/evidence/journal";
import { type Sealed, sealed } from "../../embed/evidence/proofs";
import type { Row } from "../../embed/evidence/recorder";
import type { Sample } from "../../embed/evidence/sample";
import type { TickProof } from "../../shared/wire";

const WALL_MS = 1_700_000_000_000;
const MEDIA_MS = 1_700_000_000_000;

/** The player `at_ms` after it began, having played all the time. */
export function at(at_ms: number, change: Partial<Sample> = {}): Sample {
  return {
    at_ms,
    wall_ms: WALL_MS + at_ms,
    media_ms: MEDIA_MS + at_ms,
    state: "playing",
    cause: "user",
    visible: true,
    muted: false,
    rate: 1,
    ...change,
  };
}

export function tick(n: number): TickProof {
  return { n, at_ms: WALL_MS + n * 10_000, mac: `${n}`.padStart(16, "0") };
}

export function entry(seq: number): Entry {
  const row: Row = { row: "mark", seq, epoch: 0, tick: 0, at_ms: seq, mark: "shown", check: "check001" };
  return { row, tick: tick(0), epoch: { epoch: 0, from_ms: 0, wall_ms: WALL_MS } };
}

export function head(id: string, change: Partial<Head> = {}): Head {
  return {
    id,
    upload_key: "key",
    media: "media001",
    grant: "grant",
    touched_ms: WALL_MS,
    epoch: 0,
    last: 0,
    durable: 0,
    open: null,
    ...change,
  };
}

/** Rows with their proofs, sent in epoch 0. */
export function seal(entries: readonly Entry[]): Sealed {
  return sealed(entries, null, { epoch: 0, from_ms: 0, wall_ms: WALL_MS });
}

export function inMemory(): Shelf {
  return {
    found: null,
    begin: ({ id }) => new Journal(null, { head: head(id), entries: [] }, () => true),
    leave: () => undefined,
  };
}
