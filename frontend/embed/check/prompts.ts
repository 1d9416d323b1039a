/**
 * The presence checks this page has been asked to show, as values.
 *
 * Pure: each function takes the prompts and returns them changed. When a lifetime starts is decided by what was
 * reported (`received` in a hidden frame, `shown` in a visible one); whether it was kept, the server decides.
 */
import type { Prompt, PromptClosed } from "../../shared/wire";

export interface OpenPrompt {
  readonly check: string;
  /** What marks cite, as this play was sent it: another play, or another issue of the check, has another. */
  readonly proof: Proof;
  readonly kind: Prompt["kind"];
  readonly text: string | null;
  readonly sound: boolean;
  readonly code: string | null;
  readonly question: Prompt["question"];
  readonly lifetime_ms: number;
  /** Lifetime that was left when it came, counted from its display. */
  readonly left_ms: number;
  readonly received: boolean;
  readonly shown: boolean;
  /** Wrong codes that were typed here. */
  readonly wrong: number;
  /** When it was answered here, on the player's clock. */
  readonly answered_ms: number | null;
  /** On the player's clock; both null until it is displayed. */
  readonly displayed_ms: number | null;
  readonly until_ms: number | null;
}

export type Proof = Pick<Prompt, "issued_at_ms" | "mac">;

export type Outcome = PromptClosed["outcome"];

/** So many wrong codes may be corrected; the server counts them too. */
const WRONG_ENTRIES = 5;
/** The server gives more time than this page knows of by so much: an outage of its own took some away. */
const EXTENDED_MS = 5_000;

/**
 * Whether a prompt came before. What was displayed of an earlier issue, or in an earlier play of this page, is of no use
 * for this one; what was answered in that play is in its journal.
 */
export function isKnown(open: readonly OpenPrompt[], { check, issued_at_ms, mac }: Prompt): boolean {
  const known = open.find((each) => each.check === check);
  return (
    known?.proof.issued_at_ms === issued_at_ms && (known.proof.mac === mac || known.answered_ms !== null)
  );
}

/** A prompt came, or came again: the server repeats one until it knows that it arrived. */
export function withPrompt(
  open: readonly OpenPrompt[],
  prompt: Prompt,
  now_ms: number,
): readonly OpenPrompt[] {
  const known = open.find((each) => each.check === prompt.check);
  const { check, kind, text, sound, code, question, lifetime_ms, left_ms, issued_at_ms, mac } = prompt;
  if (!known || !isKnown(open, prompt)) {
    const fresh = {
      received: false,
      shown: false,
      wrong: 0,
      answered_ms: null,
      displayed_ms: null,
      until_ms: null,
    };
    const proof = { issued_at_ms, mac };
    const asked = { check, proof, kind, text, sound, code, question, lifetime_ms, left_ms, ...fresh };
    return known ? open.map((each) => (each === known ? asked : each)) : [...open, asked];
  }
  if (known.until_ms === null) {
    return open.map((each) => (each === known ? { ...known, code, lifetime_ms, left_ms } : each));
  }
  // Displayed here: its time runs from that moment, whatever the server knew when it sent this.
  const extended = left_ms < lifetime_ms && now_ms + left_ms > known.until_ms + EXTENDED_MS;
  const until_ms = extended ? now_ms + left_ms : known.until_ms;
  return open.map((each) => (each === known ? { ...known, lifetime_ms, until_ms } : each));
}

/** It is on display, or has arrived where nobody sees it: from the first of both its lifetime runs. */
export function withDisplay(
  open: readonly OpenPrompt[],
  check: string,
  step: "received" | "shown",
  now_ms: number,
): readonly OpenPrompt[] {
  return open.map((each) => {
    if (each.check !== check) return each;
    const until_ms = each.until_ms ?? now_ms + each.left_ms;
    return { ...each, [step]: true, displayed_ms: each.displayed_ms ?? now_ms, until_ms };
  });
}

/** An answer was given here; a wrong code leaves the prompt open while it may be corrected. */
export function withAnswer(
  open: readonly OpenPrompt[],
  check: string,
  answer: string | null,
  now_ms: number,
): readonly OpenPrompt[] {
  return open.map((each) => {
    if (each.check !== check) return each;
    if (each.kind === "code" && answer !== each.code) return { ...each, wrong: each.wrong + 1 };
    return { ...each, answered_ms: now_ms };
  });
}

/** How many more wrong codes may be corrected; negative when there were too many. */
export function entriesLeft(prompt: OpenPrompt): number {
  return WRONG_ENTRIES - prompt.wrong;
}

export function withoutPrompt(open: readonly OpenPrompt[], check: string): readonly OpenPrompt[] {
  return open.filter((each) => each.check !== check);
}

/** What is left of the lifetime: all of it before display. */
export function leftOf(prompt: OpenPrompt, now_ms: number): number {
  return prompt.until_ms === null ? prompt.left_ms : Math.max(0, prompt.until_ms - now_ms);
}

/** A prompt that is over stays this long, in case the verdict comes at once, then gives the picture back. */
export const LINGER_MS = 6_000;

/** Prompts still worth showing: without a connection no verdict comes, and nobody should look at a dialog. */
export function stillOpen(open: readonly OpenPrompt[], now_ms: number): readonly OpenPrompt[] {
  const stays = ({ answered_ms, until_ms }: OpenPrompt) =>
    now_ms < (answered_ms ?? until_ms ?? now_ms) + LINGER_MS;
  return open.every(stays) ? open : open.filter(stays);
}
