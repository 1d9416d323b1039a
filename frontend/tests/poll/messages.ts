// What a server would say of one poll, and the words in which the tests change it.
import type { PollCount, PollRefused, PollState, PollVoted } from "../../shared/wire";

export const POLL = "poll0001";
export const COUNT: PollCount = { votes: 3, counted: 3, chosen: [2, 1, 0] };

export function opened(change: Partial<PollState> = {}): PollState {
  return {
    type: "poll",
    poll: POLL,
    state: "open",
    question: "Как слышно?",
    choices: ["хорошо", "плохо", "никак"],
    max_choices: 1,
    anonymous: false,
    changeable: false,
    show_results: "after_vote",
    mine: null,
    results: null,
    ...change,
  };
}

export function voted(change: Partial<PollVoted> = {}): PollVoted {
  return { type: "poll_voted", poll: POLL, turn: 1, choices: [1], results: null, ...change };
}

export function refused(code: string, turn: number, retry_s = 0): PollRefused {
  return { type: "poll_refused", poll: POLL, code, turn, retry_s };
}
