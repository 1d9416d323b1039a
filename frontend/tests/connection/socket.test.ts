import { beforeEach, describe, expect, test, vi } from "vitest";
import { BASE_MS, backoff_ms, CAP_MS } from "../../embed/connection/backoff";
import { GOOD_MS, PROBE_MS, SILENCE_MS, ViewerSocket } from "../../embed/connection/socket";
import { Close } from "../../shared/wire";
import { FakeWire } from "./wire";

let now_ms: number;
let wires: FakeWire[];
let events: string[];
let socket: ViewerSocket;

/** Time passes; the page looks at its socket each second. */
function pass(for_ms: number): void {
  for (const end_ms = now_ms + for_ms; now_ms < end_ms; ) {
    const step_ms = Math.min(1_000, end_ms - now_ms);
    now_ms += step_ms;
    vi.advanceTimersByTime(step_ms);
    socket.pulse();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  now_ms = 0;
  wires = [];
  events = [];
  const open = () => {
    const wire = new FakeWire();
    wires.push(wire);
    return wire;
  };
  socket = new ViewerSocket(
    { open, now_ms: () => now_ms, random: () => 1 },
    {
      hello: () => ({ type: "hello", grant: "g".repeat(20), chat: 0 }),
      message: (message) => events.push(message.type),
      lost: () => events.push("lost"),
      stopped: (code) => events.push(`stopped ${code}`),
    },
  );
  socket.start();
});

describe("opening", () => {
  test("says hello and passes messages on", () => {
    wires[0]?.open();
    wires[0]?.hear({ type: "ack", durable: 3 });
    expect(wires[0]?.sent).toEqual([JSON.stringify({ type: "hello", grant: "g".repeat(20), chat: 0 })]);
    expect(events).toEqual(["ack"]);
  });
});

describe("losing the connection", () => {
  test.each([1006, 1011, Close.SILENT, Close.DRAINING, Close.TAKEN_OVER])("%d comes back", (code) => {
    wires[0]?.open();
    wires[0]?.break(code);
    pass(BASE_MS + 1_000);
    expect(events).toEqual(["lost"]);
    expect(wires.length).toBe(2);
  });

  test.each([Close.MALFORMED, Close.NO_ACCESS, Close.WRONG_ORIGIN])("%d stops for good", (code) => {
    wires[0]?.open();
    wires[0]?.break(code);
    pass(120_000);
    expect(events).toEqual([`stopped ${code}`]);
    expect(wires.length).toBe(1);
  });

  test("25 s of silence is death, also of a socket that says it is open", () => {
    wires[0]?.open();
    pass(SILENCE_MS - 1_000);
    wires[0]?.hear({ type: "ack", durable: 1 });
    pass(SILENCE_MS - 1_000);
    expect(events).toEqual(["ack"]);
    pass(1_000);
    expect(events).toEqual(["ack", "lost"]);
    expect(wires[0]?.closed).toBe(true);
  });

  test("waits grow while connections do not last, and start again after a good one", () => {
    for (const _ of [0, 1, 2]) {
      wires.at(-1)?.open();
      wires.at(-1)?.break();
      pass(4_000);
    }
    expect(wires.length).toBe(4);
    wires.at(-1)?.open();
    pass(GOOD_MS);
    wires.at(-1)?.break();
    pass(BASE_MS + 1);
    expect(wires.length).toBe(5);
  });
});

describe("coming back into view", () => {
  test("a zombie is noticed in five seconds", () => {
    wires[0]?.open();
    pass(PROBE_MS + 1_000);
    socket.probe({ type: "ask_progress" });
    expect(wires[0]?.sent.at(-1)).toBe('{"type":"ask_progress"}');
    pass(PROBE_MS);
    expect(events).toEqual(["lost"]);
  });

  test("an answer proves it alive", () => {
    wires[0]?.open();
    pass(PROBE_MS + 1_000);
    socket.probe({ type: "ask_progress" });
    wires[0]?.hear({ type: "progress" });
    pass(PROBE_MS + 1_000);
    expect(events).toEqual(["progress"]);
  });

  test("waiting ends at once", () => {
    wires[0]?.break();
    socket.probe({ type: "ask_progress" });
    expect(wires.length).toBe(2);
  });
});

test("jitter covers the whole range up to the cap", () => {
  expect(backoff_ms(0, 0)).toBe(0);
  expect([0, 1, 2, 6, 60].map((attempt) => backoff_ms(attempt, 1))).toEqual([
    500,
    1_000,
    2_000,
    CAP_MS,
    CAP_MS,
  ]);
});
