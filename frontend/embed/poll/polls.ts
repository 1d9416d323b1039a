/**
 * The polls of this media as this page knows them, as a value.
 *
 * Pure: messages of the server and votes given here in, the polls out. A vote is here at once, and counts when the
 * server has it on disk. Of an anonymous poll only this page remembers what was chosen, and only as long as it lives.
 */
import type { PollCount, PollRefused, PollResults, PollState, PollVoted } from "../../shared/wire";

export type Polled = PollState | PollVoted | PollResults | PollRefused;

export interface Vote {
  /** Places of choices. */
  readonly choices: readonly number[];
  readonly turn: number;
}

export interface Poll {
  readonly told: PollState;
  readonly voted: boolean;
  /** What counts of the participant, as far as this page knows. */
  readonly choices: readonly number[] | null;
  readonly turn: number;
  /** On its way to the server. */
  readonly pending: Vote | null;
  /** Why the server did not take the last vote. */
  readonly refused: string | null;
  readonly results: PollCount | null;
}

export type Polls = readonly Poll[];

export const TOO_MANY = "too_many_requests";
/** What the server takes as a turn at most. */
const LAST_TURN = 2 ** 31 - 1;
/** Turns are seconds since then, so that of two tabs of which one was offline the later vote stays. */
const TURNS_FROM_S = 1_600_000_000;

export function withMessage(polls: Polls, message: Polled): Polls {
  if (message.type === "poll") return withPoll(polls, message);
  return polls.map((poll) => (poll.told.poll === message.poll ? heard(poll, message) : poll));
}

/** The participant votes; the server has not said anything yet. */
export function withVote(polls: Polls, poll: string, pending: Vote): Polls {
  return polls.map((each) => (each.told.poll === poll ? { ...each, pending, refused: null } : each));
}

export function nextTurn({ turn, pending }: Poll, server_ms: number): number {
  const known = Math.max(turn, pending?.turn ?? 0);
  return Math.min(LAST_TURN, Math.max(known + 1, Math.floor(server_ms / 1000) - TURNS_FROM_S));
}

export function mayVote({ told, voted }: Poll): boolean {
  return told.state === "open" && (!voted || told.changeable);
}

/** There is something to do that the participant has not yet done. */
export function isWaiting({ told, voted, pending }: Poll): boolean {
  return told.state === "open" && !voted && pending === null;
}

/** The counts, if the participant may see them now. */
export function shownResults({ told, voted, results }: Poll): PollCount | null {
  switch (told.show_results) {
    case "never":
      return null;
    case "live":
      return results;
    case "after_vote":
      return voted || told.state === "closed" ? results : null;
    case "after_close":
      return told.state === "closed" ? results : null;
  }
}

/** Whole percents of those whose votes are counted; null where none are. */
export function percentOf(count: number, { counted }: PollCount): number | null {
  return counted === 0 ? null : Math.round((count * 100) / counted);
}

/** A choice was ticked or taken back: of one the other one, of several up to as many as there may be. */
export function chosenWith(chosen: readonly number[], place: number, most: number): readonly number[] {
  if (most === 1) return [place];
  if (chosen.includes(place)) return chosen.filter((each) => each !== place);
  return chosen.length < most ? [...chosen, place].sort((one, other) => one - other) : chosen;
}

function withPoll(polls: Polls, told: PollState): Polls {
  if (told.state === "removed") return polls.filter((poll) => poll.told.poll !== told.poll);
  const known = polls.find((poll) => poll.told.poll === told.poll);
  const { mine, results } = told;
  if (!known) {
    const fresh = { pending: null, refused: null, results };
    const own = { voted: mine?.voted ?? false, choices: mine?.choices ?? null, turn: mine?.turn ?? 0 };
    return [...polls, { told, ...own, ...fresh }];
  }
  const next = { ...known, told, results: results ?? known.results };
  return polls.map((poll) => (poll === known ? settled(next, mine ?? null) : poll));
}

/** What the server says of the participant's vote when the page comes back to it. */
function settled(poll: Poll, mine: PollState["mine"]): Poll {
  if (!mine?.voted) return poll;
  const { pending } = poll;
  // A pending vote stays to be said again: its answer tells whether it counts.
  return {
    ...poll,
    voted: true,
    choices: mine.choices ?? poll.choices,
    turn: Math.max(poll.turn, mine.turn),
    pending: pending && (poll.told.anonymous || pending.turn > mine.turn) ? pending : null,
  };
}

function heard(poll: Poll, message: Exclude<Polled, PollState>): Poll {
  switch (message.type) {
    case "poll_voted":
      return voted(poll, message);
    case "poll_results":
      return { ...poll, results: message.results };
    case "poll_refused": {
      if (message.code === TOO_MANY || message.turn !== poll.pending?.turn) return poll;
      return { ...poll, pending: null, refused: message.code };
    }
  }
}

function voted(poll: Poll, { turn, choices, results }: PollVoted): Poll {
  const { pending } = poll;
  const mine = pending !== null && turn === pending.turn;
  // Of an anonymous poll nobody says what counts: what was chosen here does unless there was a vote before.
  const own = poll.told.anonymous && mine && !poll.voted ? pending.choices : poll.choices;
  return {
    ...poll,
    voted: true,
    choices: choices ?? own,
    turn: Math.max(poll.turn, turn),
    pending: pending !== null && turn < pending.turn && poll.told.changeable ? pending : null,
    refused: null,
    results: results ?? poll.results,
  };
}
