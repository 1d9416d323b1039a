/**
 * What an envelope must carry so that the server can judge its rows without memory: the ticks they cite, exactly as
 * received, and where the epochs of the player's clock began.
 *
 * Pure bookkeeping of one play; what no waiting row cites any more is forgotten.
 */
import type { Echo, Epoch, Rows, TickProof } from "../../shared/wire";
import type { Row } from "./recorder";

export class Proofs {
  #ticks = new Map<number, TickProof>();
  #epochs = new Map<number, Epoch>();

  tick({ n, at_ms, mac }: TickProof): void {
    this.#ticks.set(n, { n, at_ms, mac });
  }

  epoch(epoch: Epoch): void {
    if (!this.#epochs.has(epoch.epoch)) this.#epochs.set(epoch.epoch, epoch);
  }

  /** For an envelope with these rows, sent in epoch `current`. */
  of(rows: readonly Row[], echo: Echo | null, current: number): Pick<Rows, "ticks" | "epochs"> {
    const ticks = new Set(rows.map((row) => row.tick));
    if (echo) ticks.add(echo.tick);
    const epochs = new Set([...rows.map((row) => row.epoch), current]);
    return { ticks: pick(this.#ticks, ticks), epochs: pick(this.#epochs, epochs) };
  }

  /** Rows before `first` are on the server's disk; without one, only the newest tick and epoch can be cited. */
  forget(first: Row | undefined): void {
    drop(this.#ticks, first?.tick);
    drop(this.#epochs, first?.epoch);
  }
}

function pick<T>(from: ReadonlyMap<number, T>, wanted: ReadonlySet<number>): T[] {
  return [...wanted].sort((a, b) => a - b).flatMap((n) => from.get(n) ?? []);
}

/** Numbers grow, so the last one entered is the newest; the one before it may be cited by what is still open. */
function drop(map: Map<number, unknown>, oldest: number | undefined): void {
  const keep = [...map.keys()].slice(-2);
  for (const n of map.keys()) {
    if (!keep.includes(n) && (oldest === undefined || n < oldest)) map.delete(n);
  }
}
