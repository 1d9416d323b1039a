import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Keep } from "../../embed/host/keep";
import { PollVoter } from "../../embed/poll/voter";
import { Fetcher } from "../../embed/ui/fetched";
import { FIRST_VIEW, type View } from "../../embed/view";
import { Store } from "../../shared/store";
import type { ViewerIn } from "../../shared/wire";
import { opened, POLL, refused, voted } from "./messages";

function keepIn(values: Map<string, string>): Keep {
  return {
    lasting: true,
    read: (name) => values.get(name) ?? null,
    write: (name, value) => void values.set(name, value),
    remove: (name) => void values.delete(name),
  };
}

/** A voter, what it said since it was last asked, and the view. `line` says whether something is carried. */
function voter(values = new Map<string, string>(), fetch: () => Promise<unknown> = async () => null) {
  const view = new Store<View>(FIRST_VIEW);
  const sent: ViewerIn[] = [];
  const line = { open: true };
  const send = (message: ViewerIn) => {
    if (line.open) sent.push(message);
    return line.open;
  };
  const made = new PollVoter(view, send, keepIn(values), new Fetcher(view, "pollPart", fetch));
  made.opened();
  return { made, view, line, said: () => sent.splice(0), poll: () => view.value.polls[0], values };
}

function vote(...choices: number[]) {
  return { type: "poll_vote", poll: POLL, turn: expect.any(Number), choices };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "Date"], now: 1_600_000_100_000 });
});

describe("voting", () => {
  test("is said once, and again after each reconnect until it is on the server's disk", () => {
    const { made, said, poll, values } = voter();
    made.heard(opened());
    made.vote(POLL, [1]);
    made.pulse();
    const [first] = said();
    expect(first).toEqual({ type: "poll_vote", poll: POLL, turn: 100, choices: [1] });
    made.lost();
    made.pulse();
    expect(said()).toEqual([]);
    made.opened();
    expect(said()).toEqual([first]);
    made.heard(voted({ turn: 100 }));
    made.lost();
    made.opened();
    expect(said()).toEqual([]);
    expect(poll()).toMatchObject({ voted: true, pending: null });
    expect(values.size).toBe(0);
  });

  test("waits for a line that carries it, and for as long as the server says", () => {
    const { made, said, line } = voter();
    made.heard(opened());
    line.open = false;
    made.vote(POLL, [0]);
    expect(said()).toEqual([]);
    line.open = true;
    made.pulse();
    expect(said()).toEqual([vote(0)]);
    made.heard(refused("too_many_requests", 100, 3));
    made.pulse();
    expect(said()).toEqual([]);
    vi.advanceTimersByTime(3_000);
    made.pulse();
    expect(said()).toEqual([vote(0)]);
  });

  test("is not forgotten by a reload, unless it counts already", () => {
    const values = new Map<string, string>();
    const { made, line } = voter(values);
    made.heard(opened());
    line.open = false;
    made.vote(POLL, [2]);
    const { made: next, said, poll } = voter(values);
    next.heard(opened({ mine: { voted: false, choices: null, turn: 0 } }));
    expect(said()).toEqual([vote(2)]);
    expect(poll()?.pending).not.toBe(null);
    const { made: third, said: others } = voter(values);
    third.heard(opened({ mine: { voted: true, choices: [2], turn: 100 } }));
    expect(others()).toEqual([]);
    expect(values.size).toBe(0);
  });

  test("a refused vote may be given anew", () => {
    const { made, said, poll } = voter();
    made.heard(opened());
    made.vote(POLL, [1]);
    said();
    made.heard(refused("wrong_choice", 100));
    expect(poll()).toMatchObject({ pending: null, refused: "wrong_choice" });
    made.vote(POLL, [0]);
    expect(said()).toEqual([vote(0)]);
    expect(poll()?.refused).toBe(null);
  });

  test("what draws polls is fetched when there is one, and again when there is a connection", async () => {
    let tries = 0;
    const fetch = () => (tries++ === 0 ? Promise.reject(new Error("offline")) : Promise.resolve(null));
    const { made, view } = voter(new Map(), fetch);
    expect(tries).toBe(0);
    made.heard(opened());
    await vi.waitFor(() => expect(view.value.pollPart).toBe("failed"));
    made.opened();
    await vi.waitFor(() => expect(view.value.pollPart).toBe("here"));
    expect(tries).toBe(2);
  });
});
