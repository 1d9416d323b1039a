/** A quiz that is not being taken: what it asks for before it begins, how it went, why it does not begin. */
import { html, nothing, type TemplateResult } from "lit";
import { dateOf, minutes, timeWithZone } from "../../shared/format";
import { isKey, t } from "../../shared/i18n";
import type { View } from "../view";
import { attemptsLeft, lastResult, mayStart, type Taking } from "./quizzes";
import { marked, result, whole } from "./result";

export function card(taking: Taking, view: View, start: () => void): TemplateResult {
  const { told, used } = taking;
  const last = lastResult(taking);
  return html`<div class="quiz-scroll">
    <h2 tabindex="-1" data-lead data-testid="quiz-title">${told.title}</h2>
    ${last ? result(taking, last) : used > 0 ? html`<p class="small">${t("quiz.ending")}</p>` : nothing}
    ${last || told.state === "closed" ? nothing : about(taking, view)}
    ${beginning(taking, view, start)}
    ${last ? marked(taking, last) : nothing}
  </div>`;
}

/** One or two words for the list. */
export function stateOf(taking: Taking): string {
  if (taking.running) return t("quiz.state.running");
  if (lastResult(taking)?.score?.passed) return t("quiz.state.passed");
  if (mayStart(taking)) return t("quiz.state.open");
  return t(taking.told.state === "open" ? "quiz.state.ended" : "quiz.state.closed");
}

function about(taking: Taking, view: View): TemplateResult {
  const { told } = taking;
  return html`<dl class="quiz-facts">
    ${fact(t("quiz.attempts"), leftOf(taking))}
        ${fact(t("quiz.limit"), told.time_limit_s === null ? t("quiz.limit_none") : lengthOf(told.time_limit_s))}
    ${fact(t("quiz.pass"), whole(told.pass_percent))}
    ${fact(t("quiz.closes"), told.closes_at_ms === null ? t("quiz.closes_by_hand") : moment(told.closes_at_ms, view))}
    ${fact(t("quiz.results"), t(`quiz.results.${told.show_results}`))}
  </dl>`;
}

function leftOf(taking: Taking): string {
  const left = attemptsLeft(taking);
  return left === null
    ? t("quiz.attempts_any")
    : t("quiz.attempts_of", { left, all: taking.told.attempts ?? left });
}

function fact(name: string, value: string): TemplateResult {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function lengthOf(limit_s: number): string {
  return limit_s % 60 === 0 && limit_s < 3600
    ? t("duration.minutes", { minutes: limit_s / 60 })
    : minutes(limit_s * 1000);
}

function moment(at_ms: number, { media }: View): string {
  const time = timeWithZone(at_ms, media?.timezone ?? "Europe/Moscow");
  const today = new Date(at_ms).toDateString() === new Date().toDateString();
  return today ? time : `${dateOf(at_ms)}, ${time}`;
}

/** Nothing arrives now; the browser may know before the connection is found to be silent. */
export function isOffline({ link }: View): boolean {
  return link === "kept" || link === "connecting" || !navigator.onLine;
}

function beginning(taking: Taking, view: View, start: () => void): TemplateResult {
  const { told, busy, refused, used } = taking;
  const offline = isOffline(view);
  const why = refused === null ? null : sentence(refused);
  if (!mayStart(taking)) {
    const reason = t(told.state === "closed" ? "quiz.closed" : "quiz.no_attempts");
    return html`<p class="quiz-note" data-testid="quiz-over">${why ?? reason}</p>`;
  }
  return html`
    <p class="small">${
      used > 0
        ? html`${t("quiz.attempts")}: ${leftOf(taking)}`
        : t(told.time_limit_s === null ? "quiz.hint" : "quiz.hint_limit")
    }</p>
    <button class="primary quiz-begin" data-testid="quiz-start" ?disabled=${busy || offline} @click=${start}>
      ${t(busy ? "quiz.coming" : used > 0 ? "quiz.again" : "quiz.begin")}</button>
    <p class="quiz-problem" role="alert">${why ?? nothing}</p>
    ${offline ? html`<p class="quiz-note" role="status">${t("quiz.offline_begin")}</p>` : nothing}`;
}

/** Codes come from the server and may be newer than this page. */
export function sentence(code: string): string {
  const key = `quiz.refused.${code}`;
  return isKey(key) ? t(key) : t("quiz.refused");
}
