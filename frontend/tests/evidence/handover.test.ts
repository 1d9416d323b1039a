import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test } from "vitest";
import type { Turn } from "../../embed/connection/exchange";
import { StampClaims } from "../../embed/evidence/claims";
import { Disk, type Left } from "../../embed/evidence/disk";
import { handOver, ROWS_PER_TURN, type Surroundings } from "../../embed/evidence/handover";
import { Journals } from "../../embed/evidence/journals";
import { sweep } from "../../embed/evidence/sweep";
import type { Exchanged, Upload, ViewerOut } from "../../shared/wire";
import { noted } from "./life";
import { entry, head, tick } from "./samples";

const PLAY = "play00000001";
const TICK: ViewerOut = { type: "tick", ...tick(40) };

function told(...messages: ViewerOut[]): Exchanged {
  return { messages, close: null };
}

/** A server by its contract: it takes rows in order once a tick was echoed, and acknowledges what it has. */
class FakeServer implements Surroundings {
  turns: Upload[] = [];
  paused_ms: number[] = [];
  applied: number;
  clock_ms = 5_000;

  constructor(applied = 0) {
    this.applied = applied;
  }

  async post(_media: string, upload: Upload): Promise<Turn> {
    this.turns.push(upload);
    if (upload.messages.length === 0) return told(TICK);
    let gap = false;
    for (const message of upload.messages) {
      if (message.type === "lost") this.applied = Math.max(this.applied, message.last);
      else
        for (const { seq } of message.rows) {
          if (seq === this.applied + 1) this.applied = seq;
          else gap ||= seq > this.applied;
        }
    }
    const ack: ViewerOut = { type: "ack", durable: this.applied };
    return gap ? told(ack, { type: "gap", expected: this.applied + 1 }) : told(ack);
  }

  now_ms(): number {
    this.clock_ms += 100;
    return this.clock_ms;
  }

  wall_ms(): number {
    return 1_700_000_500_000;
  }

  async pause(for_ms: number): Promise<void> {
    this.paused_ms.push(for_ms);
  }

  brief(): unknown[] {
    return this.turns.map(({ messages }) =>
      messages.map((message) =>
        message.type === "lost"
          ? ["lost", message.first, message.last]
          : [message.rows[0]?.seq, message.rows.at(-1)?.seq],
      ),
    );
  }
}

function left(seqs: number[], change: Parameters<typeof head>[1] = {}): Left {
  return { head: head(PLAY, { last: seqs.at(-1) ?? 0, epoch: 4, ...change }), entries: seqs.map(entry) };
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

describe("handing over", () => {
  test("asks for a tick, answers it in an epoch of its own, and brings the rows in order", async () => {
    const server = new FakeServer();
    const seqs = upTo(ROWS_PER_TURN + 3);
    expect(await handOver(left(seqs), server)).toEqual({ outcome: "done", durable: seqs.length });
    expect(server.brief()).toEqual([[], [[1, ROWS_PER_TURN]], [[ROWS_PER_TURN + 1, ROWS_PER_TURN + 3]]]);
    expect(server.turns[0]).toEqual({ play: { id: PLAY, upload_key: "key" }, messages: [] });
    const message = server.turns[1]?.messages[0];
    expect(message).toMatchObject({
      type: "rows",
      play: PLAY,
      epoch: 4,
      echo: { tick: 40 },
      ticks: [tick(0), tick(40)],
      epochs: [{ epoch: 0 }, { epoch: 4, wall_ms: 1_700_000_500_000 }],
    });
  });

  test("what the server has already is passed over", async () => {
    const server = new FakeServer(5);
    expect(await handOver(left(upTo(5)), server)).toEqual({ outcome: "done", durable: 5 });
  });

  test("rows that are gone are said to be lost, at the front, between, and at the end", async () => {
    const server = new FakeServer(1);
    const damaged = left([3, 4, 7], { durable: 1, last: 9 });
    expect(await handOver(damaged, server)).toEqual({ outcome: "done", durable: 9 });
    expect(server.brief().slice(1)).toEqual([
      [
        ["lost", 2, 2],
        [3, 7],
      ],
      [
        ["lost", 5, 6],
        [7, 7],
      ],
      [
        ["lost", 8, 9],
        [undefined, undefined],
      ],
    ]);
  });

  test("a server that wants peace gets it, and the rows afterwards", async () => {
    const server = new FakeServer();
    const post = server.post.bind(server);
    let asked = 0;
    server.post = async (media, upload) => {
      asked += 1;
      return asked === 2 ? told({ type: "slow_down", ms: 3_000 }) : post(media, upload);
    };
    expect(await handOver(left(upTo(2)), server)).toEqual({ outcome: "done", durable: 2 });
    expect(server.paused_ms).toEqual([3_000]);
  });

  test("a server that takes nothing is asked a few times only", async () => {
    const server = new FakeServer();
    let asked = 0;
    server.post = async () => {
      asked += 1;
      return told(TICK);
    };
    expect(await handOver(left(upTo(2)), server)).toEqual({ outcome: "later", durable: 0 });
    expect(asked).toBeLessThan(10);
  });

  test.each<[Turn, string]>([
    ["refused", "refused"],
    ["away", "later"],
  ])("%s: %s", async (turn, outcome) => {
    const server = new FakeServer();
    server.post = async () => turn;
    expect(await handOver(left([1]), server)).toEqual({ outcome, durable: 0 });
  });
});

describe("the sweep", () => {
  let disk: Disk;
  let journals: Journals;

  beforeEach(async () => {
    globalThis.indexedDB = new IDBFactory();
    disk = await Disk.open();
    journals = new Journals(disk, new StampClaims(() => Date.now() + 86_400_000), noted());
    await disk.write(head(PLAY, { last: 2, touched_ms: Date.now() }), [entry(1), entry(2)]);
  });

  test("a play that is handed over is forgotten", async () => {
    expect(await sweep(journals, new FakeServer())).toBe(true);
    expect(await disk.heads()).toEqual([]);
  });

  test("one that the server can never take is forgotten too", async () => {
    const server = new FakeServer();
    server.post = async () => "refused";
    expect(await sweep(journals, server)).toBe(true);
    expect(await disk.heads()).toEqual([]);
  });

  test("one that was interrupted goes on later, with what is left, in a later epoch", async () => {
    const server = new FakeServer();
    const post = server.post.bind(server);
    server.post = async (media, upload) => {
      if (server.turns.length === 2) return "away";
      const turn = await post(media, upload);
      return server.turns.length === 2 ? told({ type: "ack", durable: 1 }) : turn;
    };
    expect(await sweep(journals, server)).toBe(false);
    expect(await disk.heads()).toMatchObject([{ id: PLAY, durable: 1, last: 2, epoch: 2 }]);
    const again = new FakeServer(1);
    expect(await sweep(journals, again)).toBe(true);
    expect(again.brief()).toEqual([[], [[2, 2]]]);
    expect(again.turns[1]?.messages[0]).toMatchObject({ epoch: 4 });
  });
});
