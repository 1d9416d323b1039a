/**
 * The presence checks this page has been asked to show, as values.
 *
 * Pure: each function takes the prompts and returns them changed. When a lifetime starts is decided by what was
 * reported (`received` in a hidden frame, `shown` in a visible one); whether it was kept, the server decides.
 */
import type { Prompt, PromptClosed } from "../../shared/wire";

export interface OpenPrompt {
  readonly check: string;
  readonly kind: Prompt["kind"];
  readonly text: string | null;
  readonly sound: boolean;
  readonly lifetime_ms: number;
  /** Lifetime that was left when it came, counted from its display. */
  readonly left_ms: number;
  readonly received: boolean;
  readonly shown: boolean;
  /** When it was answered here, on the player's clock. */
  readonly answered_ms: number | null;
  /** On the player's clock; null until it is displayed. */
  readonly until_ms: number | null;
}

export type Outcome = PromptClosed["outcome"];

/** A prompt came, or came again: the server repeats one until it knows that it arrived. */
export function withPrompt(
  open: readonly OpenPrompt[],
  prompt: Prompt,
  now_ms: number,
): readonly OpenPrompt[] {
  const known = open.find((each) => each.check === prompt.check);
  const { check, kind, text, sound, lifetime_ms, left_ms } = prompt;
  if (!known) {
    const fresh = { received: false, shown: false, answered_ms: null, until_ms: null };
    return [...open, { check, kind, text, sound, lifetime_ms, left_ms, ...fresh }];
  }
  const until_ms = known.until_ms === null ? null : now_ms + left_ms;
  return open.map((each) => (each === known ? { ...known, lifetime_ms, left_ms, until_ms } : each));
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
    return { ...each, [step]: true, until_ms: each.until_ms ?? now_ms + each.left_ms };
  });
}

export function withAnswer(
  open: readonly OpenPrompt[],
  check: string,
  now_ms: number,
): readonly OpenPrompt[] {
  return open.map((each) => (each.check === check ? { ...each, answered_ms: now_ms } : each));
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
