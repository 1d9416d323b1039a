import { beforeEach, describe, expect, test, vi } from "vitest";
import { Line, SELDOM_MS, SOCKETS_TRIED, SOON_MS } from "../../embed/connection/line";
import { EVERY_MS, HURRIED_MS, PER_TURN, ViewerPoll } from "../../embed/connection/poll";
import { OPEN_WITHIN_MS, ViewerSocket } from "../../embed/connection/socket";
import { Close, type Poll, type ViewerIn, type ViewerOut } from "../../shared/wire";
import { FakeWire } from "./wire";

const GRANT = "g".repeat(20);
const OPENED = { type: "opened", play: "play00000001", upload_key: "key" } as ViewerOut;
const ASK: ViewerIn = { type: "ask_progress" };
const RECORDED = { type: "rows", play: "play00000001", sent_ms: 0, rows: [{ row: "mark" }] } as ViewerIn;

let now_ms: number;
let wires: FakeWire[];
let events: string[];
let turns: Poll[];
let hurried: boolean;
/** What the server answers to a turn; null: nobody answers yet. */
let answer: (body: Poll) => ViewerOut[] | "away" | null;
let close: number | null;
let line: Line;

async function pass(for_ms: number): Promise<void> {
  for (const end_ms = now_ms + for_ms; now_ms < end_ms; ) {
    now_ms += Math.min(1_000, end_ms - now_ms);
    await vi.advanceTimersByTimeAsync(1_000);
    line.pulse();
    await vi.advanceTimersByTimeAsync(0);
  }
}

/** Every socket is broken on its way as soon as it is tried. */
async function blocked(for_ms: number): Promise<void> {
  for (const end_ms = now_ms + for_ms; now_ms < end_ms; ) {
    wires
      .filter((wire) => wire.onclose !== null)
      .forEach((wire) => {
        wire.break();
      });
    await pass(1_000);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  [now_ms, wires, events, turns, hurried, close] = [0, [], [], [], false, null];
  answer = (body) => (body.hello ? [OPENED] : [{ type: "ack", durable: turns.length }]);
  line = new Line(
    {
      hello: () => ({ type: "hello", grant: GRANT }),
      message: (message) => events.push(message.type),
      lost: () => events.push("lost"),
      stopped: (code) => events.push(`stopped ${code}`),
    },
    () => 0.5,
    (listener) => new ViewerSocket({ open, now_ms: () => now_ms, random: () => 0.5 }, listener),
    (listener) => new ViewerPoll({ turn, now_ms: () => now_ms, hurried: () => hurried }, listener),
  );
});

function open(): FakeWire {
  const wire = new FakeWire();
  wires.push(wire);
  return wire;
}

async function turn(body: Poll) {
  turns.push(structuredClone(body));
  const said = answer(body);
  if (said === null) return new Promise<never>(() => undefined);
  return said === "away" ? said : { messages: said, close };
}

describe("falling back", () => {
  test("a good socket is all there is", async () => {
    wires[0]?.open();
    wires[0]?.hear(OPENED);
    for (let s = 0; s < 60; s += 1) {
      await pass(1_000);
      wires[0]?.hear({ type: "ack", durable: s });
    }
    expect([wires.length, turns.length]).toEqual([1, 0]);
  });

  test("after three sockets that opened nothing the conversation goes by turns", async () => {
    await blocked(6_000);
    expect(wires.length).toBe(SOCKETS_TRIED);
    expect(turns.slice(0, 2)).toEqual([
      { grant: GRANT, hello: { type: "hello", grant: GRANT } },
      { grant: GRANT, play: { id: "play00000001", upload_key: "key" }, messages: [] },
    ]);
    expect(events.slice(0, 5)).toEqual(["lost", "lost", "lost", "opened", "ack"]);
    expect(line.polled).toBe(true);
  });

  test("a socket that is swallowed on its way counts as well", async () => {
    await pass(SOCKETS_TRIED * (OPEN_WITHIN_MS + 3_000));
    expect(turns.length).toBeGreaterThan(0);
  });

  test("one that had opened does not", async () => {
    for (let attempt = 0; attempt < 6; attempt += 1) {
      wires.at(-1)?.open();
      wires.at(-1)?.hear(OPENED);
      wires.at(-1)?.break();
      await pass(20_000);
    }
    expect(turns.length).toBe(0);
  });

  test("a server that is away is away for both: the socket goes on trying", async () => {
    answer = () => "away";
    await blocked(60_000);
    expect(turns.length).toBeLessThan(wires.length);
    expect(wires.length).toBeGreaterThan(SOCKETS_TRIED);
    while (wires.at(-1)?.onclose === null) await pass(1_000);
    wires.at(-1)?.open();
    wires.at(-1)?.hear(OPENED);
    expect(line.polled).toBe(false);
    expect(line.send(ASK)).toBe(true);
    expect(wires.at(-1)?.sent.at(-1)).toBe(JSON.stringify(ASK));
  });
});

describe("turns", () => {
  beforeEach(async () => {
    await blocked(6_000);
    turns = [];
    events = [];
  });

  test("come each six seconds, each two while a check is open", async () => {
    await blocked(6 * EVERY_MS);
    expect(turns.length).toBe(6);
    hurried = true;
    turns = [];
    await blocked(20_000);
    expect(turns.length).toBe(20_000 / HURRIED_MS);
  });

  test("come a second after something was recorded", async () => {
    await blocked(EVERY_MS);
    turns = [];
    line.send(ASK);
    await blocked(2_000);
    expect(turns).toEqual([]);
    line.send(RECORDED);
    await blocked(1_000);
    expect(turns.map(({ messages }) => messages)).toEqual([[ASK, RECORDED]]);
    await blocked(EVERY_MS - 1_000);
    expect(turns.length).toBe(1);
  });

  test("are one at a time, whatever is said meanwhile", async () => {
    answer = () => null;
    await blocked(EVERY_MS);
    expect(turns.length).toBe(1);
    line.send(ASK);
    line.probe(ASK);
    await blocked(60_000);
    expect(turns.length).toBe(1);
  });

  test("take along what was said, at most as much as the server takes", async () => {
    for (let n = 0; n < PER_TURN + 2; n += 1) line.send({ type: "say", ref: `${n}`, text: "?" });
    await blocked(EVERY_MS);
    expect(turns.map(({ messages }) => messages?.length)).toEqual([PER_TURN, 2]);
  });

  test.each<ViewerIn>([
    { type: "quiz_start", quiz: "quiz0001", ordinal: 1 },
    { type: "poll_vote", poll: "poll0001", turn: 1, choices: [0] },
  ])("come at once for $type, with all that is said at that moment, one after the other", async (start) => {
    await blocked(1_000);
    turns = [];
    line.send(start);
    line.send(ASK);
    await vi.advanceTimersByTimeAsync(0);
    expect(turns.map(({ messages }) => messages)).toEqual([[start, ASK]]);
    answer = () => {
      answer = () => [];
      line.send(start); // while a turn is under way
      return [];
    };
    line.send(start);
    await vi.advanceTimersByTimeAsync(0);
    expect(turns.map(({ messages }) => messages)).toEqual([[start, ASK], [start], [start]]);
  });

  test("that fail are a lost connection", async () => {
    answer = () => "away";
    await blocked(EVERY_MS);
    expect(events).toEqual(["lost"]);
    expect(line.polled).toBe(false);
  });

  test.each([
    [Close.TAKEN_OVER, "lost"],
    [Close.NO_ACCESS, `stopped ${Close.NO_ACCESS}`],
  ])("closed with %d: %s", async (code, event) => {
    close = code;
    await blocked(EVERY_MS);
    expect(events.at(-1)).toBe(event);
    const sockets = wires.length;
    await blocked(120_000);
    expect(wires.length > sockets).toBe(event === "lost");
  });

  test("a stop said over the socket ends the turns", async () => {
    await pass(SOON_MS);
    wires.at(-1)?.break(Close.NO_ACCESS);
    turns = [];
    await pass(60_000);
    expect(turns).toEqual([]);
  });
});

describe("back to the socket", () => {
  test("it is tried soon after the first turn, then seldom", async () => {
    await blocked(6_000);
    expect(wires.length).toBe(SOCKETS_TRIED);
    await blocked(SOON_MS + 1_000);
    expect(wires.length).toBe(SOCKETS_TRIED + 1);
    await blocked(SELDOM_MS - 5_000);
    expect(wires.length).toBe(SOCKETS_TRIED + 1);
    await blocked(10_000);
    expect(wires.length).toBe(SOCKETS_TRIED + 2);
  });

  test("one that opens ends the turns: whoever said something says it again", async () => {
    await blocked(6_000);
    await pass(SOON_MS + 1_000);
    line.send({ type: "say", ref: "1", text: "hello" });
    turns = [];
    wires.at(-1)?.open();
    wires.at(-1)?.hear(OPENED);
    expect(wires.at(-1)?.sent.map((sent) => JSON.parse(sent).type)).not.toContain("say");
    await pass(60_000);
    expect(turns).toEqual([]);
  });
});
