import { describe, expect, test } from "vitest";
import {
  chosenWith,
  isWaiting,
  mayVote,
  nextTurn,
  type Poll,
  type Polled,
  type Polls,
  percentOf,
  shownResults,
  withMessage,
  withVote,
} from "../../embed/poll/polls";
import { COUNT, opened, POLL, refused, voted } from "./messages";

function heardOf(...messages: Polled[]): Poll {
  const polls = messages.reduce<Polls>(withMessage, []);
  if (!polls[0]) throw new Error("no poll");
  return polls[0];
}

function voting(poll: Poll, turn: number, ...choices: number[]): Polls {
  return withVote([poll], POLL, { choices, turn });
}

describe("a poll on this page", () => {
  test("waits until the participant votes, and is over once it closes", () => {
    const fresh = heardOf(opened());
    expect([isWaiting(fresh), mayVote(fresh)]).toEqual([true, true]);
    const [sending] = voting(fresh, 1, 1);
    expect(sending && [isWaiting(sending), sending.voted]).toEqual([false, false]);
    const counted = heardOf(opened(), voted());
    expect([isWaiting(counted), mayVote(counted), counted.choices]).toEqual([false, false, [1]]);
    expect(mayVote(heardOf(opened({ changeable: true }), voted()))).toBe(true);
    expect(mayVote(heardOf(opened(), opened({ state: "closed" })))).toBe(false);
    expect(withMessage([fresh], opened({ state: "removed" }))).toEqual([]);
  });

  test("a vote that is pending is settled by its answer, also one that found an earlier vote", () => {
    const polls = voting(heardOf(opened()), 5, 2);
    const [counted] = withMessage(polls, voted({ turn: 5, choices: [2] }));
    expect(counted).toMatchObject({ voted: true, choices: [2], pending: null });
    const [earlier] = withMessage(polls, voted({ turn: 3, choices: [0] }));
    expect(earlier).toMatchObject({ voted: true, choices: [0], pending: null });
    const changeable = voting(heardOf(opened({ changeable: true })), 5, 2);
    const [other] = withMessage(changeable, voted({ turn: 3, choices: [0] }));
    expect(other?.pending).toEqual({ choices: [2], turn: 5 });
  });

  test("of an anonymous poll the page alone remembers what was chosen, unless it had voted before", () => {
    const polls = voting(heardOf(opened({ anonymous: true })), 5, 2);
    const said = voted({ turn: 5, choices: null });
    const [mine] = withMessage(polls, said);
    expect(mine?.choices).toEqual([2]);
    const known = heardOf(opened({ anonymous: true, mine: { voted: true, choices: null, turn: 0 } }));
    expect([known.voted, known.choices, isWaiting(known)]).toEqual([true, null, false]);
    const [again] = withMessage(voting(known, 5, 2), said);
    expect(again?.choices).toBe(null);
    expect(heardOf(opened({ anonymous: true }), said).choices).toBe(null); // voted in another tab
  });

  test("a refusal is for the vote that it names; being too fast is none", () => {
    const polls = voting(heardOf(opened()), 5, 2);
    expect(withMessage(polls, refused("wrong_choice", 4))[0]?.pending).not.toBe(null);
    expect(withMessage(polls, refused("too_many_requests", 5, 2))[0]).toMatchObject({ refused: null });
    expect(withMessage(polls, refused("wrong_choice", 5))[0]).toMatchObject({
      pending: null,
      refused: "wrong_choice",
    });
  });

  test("counts are shown to whoever may see them", () => {
    const results = { type: "poll_results", poll: POLL, results: COUNT } as const;
    const seen = (["never", "after_vote", "after_close", "live"] as const).map((show_results) =>
      [
        heardOf(opened({ show_results }), results),
        heardOf(opened({ show_results }), results, voted()),
        heardOf(opened({ show_results }), results, opened({ show_results, state: "closed" })),
      ].map((poll) => shownResults(poll) !== null),
    );
    expect(seen).toEqual([
      [false, false, false],
      [false, true, true],
      [false, false, true],
      [true, true, true],
    ]);
    expect(heardOf(opened({ results: COUNT })).results).toBe(COUNT);
    expect(heardOf(opened({ results: COUNT }), opened({ state: "closed" })).results).toBe(COUNT);
  });

  test("turns rise with the server's clock and above all that are known", () => {
    const poll = heardOf(opened());
    expect(nextTurn(poll, 1_600_000_007_999)).toBe(7);
    expect(nextTurn({ ...poll, turn: 9 }, 1_600_000_007_999)).toBe(10);
    expect(nextTurn({ ...poll, pending: { choices: [0], turn: 20 } }, 0)).toBe(21);
  });

  test("no more is ticked than may be, and percents are of counted votes", () => {
    expect(chosenWith([0], 2, 1)).toEqual([2]);
    expect(chosenWith([2], 0, 2)).toEqual([0, 2]);
    expect(chosenWith([0, 2], 1, 2)).toEqual([0, 2]);
    expect(chosenWith([0, 2], 0, 2)).toEqual([2]);
    expect(percentOf(2, COUNT)).toBe(67);
    expect(percentOf(0, { votes: 4, counted: 0, chosen: [0, 0, 0] })).toBe(null);
  });
});
