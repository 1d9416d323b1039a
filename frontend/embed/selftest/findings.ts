/**
 * What the self-test found, as values: how good each thing is, what that means for the viewer and what to do.
 *
 * Pure: `measure.ts` looks at the browser, here it is judged. Nothing of it is evidence, and nothing leaves the page.
 */
import type { Key, Values } from "../../shared/i18n";

/** In the order in which they are shown. */
export const SUBJECTS = ["picture", "sound", "check", "line", "clock", "storage", "site"] as const;
export type Subject = (typeof SUBJECTS)[number];

/** `note`: the event can be watched and counts, with less comfort. `bad`: something is to be done before it begins. */
export type Grade = "good" | "note" | "bad";

export interface Finding {
  readonly grade: Grade;
  readonly text: Key;
  readonly values?: Values;
  readonly advice?: Key;
}

/** `smooth`: the device keeps up with 720p; null where the browser does not say. */
export interface PictureSeen {
  readonly player: boolean;
  readonly codecs: boolean;
  readonly smooth: boolean | null;
}

export function judgePicture({ player, codecs, smooth }: PictureSeen): Finding {
  if (!player) return { grade: "bad", text: "selftest.picture.none", advice: "selftest.advice.browser" };
  if (!codecs) return { grade: "bad", text: "selftest.picture.codecs", advice: "selftest.advice.browser" };
  if (smooth === false)
    return { grade: "note", text: "selftest.picture.slow", advice: "selftest.picture.slow_advice" };
  return { grade: "good", text: "selftest.picture.good" };
}

/** `answers_ms`: how long the server took to answer, each time it did. `rate_kbit`: null where nothing came. */
export interface LineSeen {
  readonly answers_ms: readonly number[];
  readonly failed: number;
  readonly rate_kbit: number | null;
  readonly socket: boolean;
}

const SLOW_ANSWER_MS = 800;
/** The smallest quality needs about the first; the second leaves room for a usual one. */
const POOR_KBIT = 800;
const TIGHT_KBIT = 2_500;

export function judgeLine({ answers_ms, failed, rate_kbit, socket }: LineSeen): Finding {
  if (answers_ms.length === 0)
    return { grade: "bad", text: "selftest.line.none", advice: "selftest.line.none_advice" };
  const values = { ms: median(answers_ms), rate: rateOf(rate_kbit ?? 0) };
  if (failed > 0)
    return { grade: "bad", text: "selftest.line.breaks", values, advice: "selftest.line.slow_advice" };
  if (rate_kbit === null || rate_kbit < POOR_KBIT)
    return { grade: "bad", text: "selftest.line.slow", values, advice: "selftest.line.slow_advice" };
  if (!socket)
    return { grade: "note", text: "selftest.line.no_socket", advice: "selftest.line.no_socket_advice" };
  if (rate_kbit < TIGHT_KBIT || values.ms > SLOW_ANSWER_MS)
    return { grade: "note", text: "selftest.line.tight", values, advice: "selftest.line.slow_advice" };
  return { grade: "good", text: "selftest.line.good", values };
}

/** The server's clock is told to the second. */
const CLOCK_OFF_MS = 30_000;

/** `ahead_ms`: the device's clock minus the server's; null where the server was not heard. */
export function judgeClock(ahead_ms: number | null): Finding {
  if (ahead_ms === null) return { grade: "note", text: "selftest.clock.unknown" };
  if (Math.abs(ahead_ms) < CLOCK_OFF_MS) return { grade: "good", text: "selftest.clock.good" };
  const values = { count: Math.max(1, Math.round(Math.abs(ahead_ms) / 60_000)) };
  const text = ahead_ms > 0 ? "selftest.clock.ahead" : "selftest.clock.behind";
  return { grade: "note", text, values, advice: "selftest.clock.advice" };
}

export function judgeStorage(lasting: boolean): Finding {
  if (lasting) return { grade: "good", text: "selftest.storage.good" };
  return { grade: "note", text: "selftest.storage.none", advice: "selftest.storage.none_advice" };
}

/** What the embedding site allows its frame; null where this browser has no such thing, or does not say. */
export interface SiteSeen {
  readonly framed: boolean;
  readonly fullscreen: boolean | null;
  readonly pip: boolean | null;
  readonly autoplay: boolean | null;
}

export function judgeSite(seen: SiteSeen): Finding {
  if (!seen.framed) return { grade: "good", text: "selftest.site.own" };
  const missing = [
    seen.autoplay === false ? "autoplay" : "",
    seen.fullscreen === false ? "fullscreen" : "",
    seen.pip === false ? "picture-in-picture" : "",
  ].filter((name) => name !== "");
  if (missing.length === 0) return { grade: "good", text: "selftest.site.good" };
  const values = { missing: missing.join("; ") };
  return { grade: "note", text: "selftest.site.missing", values, advice: "selftest.site.missing_advice" };
}

/** `heard`: what the viewer says; null where the browser did not let it sound. */
export function judgeSound(heard: boolean | null): Finding {
  if (heard === null)
    return { grade: "bad", text: "selftest.sound.refused", advice: "selftest.sound.refused_advice" };
  if (!heard)
    return { grade: "bad", text: "selftest.sound.unheard", advice: "selftest.sound.unheard_advice" };
  return { grade: "good", text: "selftest.sound.good" };
}

/** `answered_ms`: from its display to the answer; null: its time ran out. */
export function judgeCheck(answered_ms: number | null): Finding {
  if (answered_ms === null)
    return { grade: "note", text: "selftest.check.missed", advice: "selftest.check.missed_advice" };
  return {
    grade: "good",
    text: "selftest.check.good",
    values: { count: Math.max(1, Math.round(answered_ms / 1_000)) },
  };
}

export type Findings = Readonly<Partial<Record<Subject, Finding>>>;

/** The worst of all; null as long as one is missing. */
export function overall(findings: Findings): Grade | null {
  const grades = SUBJECTS.map((subject) => findings[subject]?.grade);
  if (grades.includes("bad")) return "bad";
  if (grades.includes(undefined)) return null;
  return grades.includes("note") ? "note" : "good";
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
}

/** Megabits in a second, as people compare them. */
function rateOf(kbit: number): number {
  return kbit >= 10_000 ? Math.round(kbit / 1_000) : Math.round(kbit / 100) / 10;
}
