/**
 * Hands over what pages of this browser left behind: plays whose journal still has rows, uploaded by their own key.
 *
 * An upload is a conversation of its own epoch: a first turn without rows brings a tick, whose answer places the
 * rows of all later turns. Who is logged in now does not matter. A play is forgotten when the server has it all or
 * says that it can never take it; whatever else happens, it stays for the next time.
 */
import type { Epoch, Lost, Rows, TickProof, Upload, ViewerOut } from "../../shared/wire";
import type { Turn } from "../connection/exchange";
import type { Entry, Left } from "./disk";
import { sealed } from "./proofs";

export const ROWS_PER_TURN = 150;
/** Turns in a row that bring nothing: something is wrong, come back later. */
const PATIENCE = 4;
const PAUSE_MS = 1_000;

export interface Surroundings {
  post(media: string, upload: Upload): Promise<Turn>;
  now_ms(): number;
  wall_ms(): number;
  pause(for_ms: number): Promise<void>;
}

export interface HandedOver {
  readonly outcome: "done" | "refused" | "later";
  readonly durable: number;
}

export async function handOver(left: Left, around: Surroundings): Promise<HandedOver> {
  const upload = new Conversation(left, around);
  for (let idle = 0; idle < PATIENCE; idle += 1) {
    const before = upload.progress;
    const turn = await around.post(left.head.media, upload.next());
    if (turn === "refused") return { outcome: "refused", durable: upload.durable };
    if (turn === "away") break;
    for (const message of turn.messages) upload.hear(message);
    if (upload.durable >= left.head.last) return { outcome: "done", durable: upload.durable };
    if (upload.quiet_ms > 0) await around.pause(upload.quiet_ms);
    else if (upload.progress === before) await around.pause(PAUSE_MS);
    if (upload.progress !== before) idle = -1;
  }
  return { outcome: "later", durable: upload.durable };
}

class Conversation {
  #left: Left;
  #around: Surroundings;
  #epoch: Epoch;
  #answered: { readonly tick: TickProof; readonly received_ms: number } | null = null;
  #expected: number;
  durable: number;
  quiet_ms = 0;

  constructor(left: Left, around: Surroundings) {
    this.#left = left;
    this.#around = around;
    this.#epoch = { epoch: left.head.epoch, from_ms: around.now_ms(), wall_ms: around.wall_ms() };
    this.durable = left.head.durable;
    this.#expected = this.durable + 1;
  }

  /** Changes whenever a turn has brought something. */
  get progress(): string {
    return `${this.durable} ${this.#expected} ${this.#answered !== null}`;
  }

  next(): Upload {
    const { id, upload_key } = this.#left.head;
    return { play: { id, upload_key }, messages: this.#answered ? this.#messages() : [] };
  }

  hear(message: ViewerOut): void {
    this.quiet_ms = message.type === "slow_down" ? message.ms : 0;
    if (message.type === "tick") {
      const { n, at_ms, mac } = message;
      this.#answered = { tick: { n, at_ms, mac }, received_ms: this.#around.now_ms() };
    } else if (message.type === "ack") {
      this.durable = Math.max(this.durable, message.durable);
      this.#expected = this.durable + 1;
    } else if (message.type === "gap") this.#expected = message.expected;
  }

  #messages(): (Rows | Lost)[] {
    const { head, entries } = this.#left;
    const rows = entries.filter(({ row }) => row.seq >= this.#expected).slice(0, ROWS_PER_TURN);
    const first = rows[0]?.row.seq ?? head.last + 1;
    const lost: Lost = { type: "lost", play: head.id, first: this.#expected, last: first - 1 };
    return [...(first > this.#expected ? [lost] : []), this.#envelope(rows)];
  }

  #envelope(rows: readonly Entry[]): Rows {
    const answered = this.#answered && {
      tick: this.#answered.tick,
      echo: { tick: this.#answered.tick.n, received_ms: this.#answered.received_ms },
    };
    const sent_ms = this.#around.now_ms();
    return { type: "rows", play: this.#left.head.id, sent_ms, ...sealed(rows, answered, this.#epoch) };
  }
}
