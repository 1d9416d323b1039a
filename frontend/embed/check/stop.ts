/** Whether the participant's time counts now, as the server said last. Pure. */
import type { Counting } from "../../shared/wire";

export interface Stop {
  /** The missed check. */
  readonly check: string;
  readonly since_ms: number;
  /** The viewer has said here that they are back; the server has not answered yet. */
  readonly resumed: boolean;
}

export function stopped(known: Stop | null, counting: Counting): Stop | null {
  const { counts, check, since_at_ms } = counting;
  if (counts || check === null) return null;
  const resumed = known?.check === check && known.resumed;
  return { check, since_ms: since_at_ms ?? 0, resumed };
}
