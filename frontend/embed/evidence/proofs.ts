/**
 * What an envelope must carry so that the server can judge its rows without memory: the ticks they cite, exactly as
 * received, and where the epochs of the player's clock began.
 *
 * Pure bookkeeping of one play. A row takes its proofs along when it is closed; only the newest are kept here.
 */
import type { Echo, Epoch, Rows, TickProof } from "../../shared/wire";
import type { Entry } from "./disk";
import type { Row } from "./recorder";

/** What is open cites the newest tick or the one before it, in the newest epoch or the one before it. */
const KEPT = 3;

export class Proofs {
  #ticks = new Map<number, TickProof>();
  #epochs = new Map<number, Epoch>();

  tick({ n, at_ms, mac }: TickProof): void {
    add(this.#ticks, n, { n, at_ms, mac });
  }

  epoch(epoch: Epoch): void {
    if (!this.#epochs.has(epoch.epoch)) add(this.#epochs, epoch.epoch, epoch);
  }

  /** The row with its proofs; nothing where they are unknown, for the server would reject it. */
  of(row: Row): Entry[] {
    const tick = this.#ticks.get(row.tick);
    const epoch = this.#epochs.get(row.epoch);
    return tick && epoch ? [{ row, tick, epoch }] : [];
  }

  /** What an envelope with these rows says beside them. */
  seal(entries: readonly Entry[], echo: Echo | null, current: Epoch): Sealed {
    const answered = echo && this.#ticks.get(echo.tick);
    return sealed(entries, answered ? { echo, tick: answered } : null, current);
  }
}

export type Sealed = Pick<Rows, "epoch" | "echo" | "ticks" | "epochs" | "rows">;

/** Rows with all that proves them, as they are sent in epoch `current`. */
export function sealed(
  entries: readonly Entry[],
  answered: { readonly echo: Echo; readonly tick: TickProof } | null,
  current: Epoch,
): Sealed {
  const ticks = entries.map(({ tick }) => tick);
  if (answered) ticks.push(answered.tick);
  const epochs = [...entries.map(({ epoch }) => epoch), current];
  return {
    epoch: current.epoch,
    echo: answered?.echo ?? null,
    ticks: once(ticks, ({ n }) => n),
    epochs: once(epochs, ({ epoch }) => epoch),
    rows: entries.map(({ row }) => row),
  };
}

function add<T>(map: Map<number, T>, n: number, value: T): void {
  map.set(n, value);
  for (const old of [...map.keys()].slice(0, -KEPT)) map.delete(old);
}

function once<T>(all: readonly T[], number: (each: T) => number): T[] {
  return [...new Map(all.map((each) => [number(each), each])).values()].sort((a, b) => number(a) - number(b));
}
