/** How an attempt went, as far as the quiz shows it: first as a whole, then by question. */
import { html, nothing, type TemplateResult } from "lit";
import { language, t } from "../../shared/i18n";
import type { QuizMark, QuizResult, QuizScore } from "../../shared/wire";
import { icons } from "../ui/icons";
import { lost, type Taking } from "./quizzes";

export function result(taking: Taking, last: QuizResult): TemplateResult {
  const { told, results } = taking;
  const attempt = taking.attempt?.id === last.attempt ? taking.attempt : null;
  const missing = attempt ? lost(attempt) : 0;
  const several = told.attempts !== 1 && taking.used > 1;
  return html`<section class="quiz-result" data-testid="quiz-result" data-passed=${String(last.score?.passed ?? "unknown")}>
    ${several ? html`<p class="small">${t("quiz.attempt_number", { number: last.ordinal })}</p>` : nothing}
    ${last.score ? scored(last.score, told.pass_percent) : unscored(taking)}
    ${last.ended_by === "finished" ? nothing : html`<p class="small">${t(`quiz.ended_by.${last.ended_by}`)}</p>`}
    ${missing > 0 ? html`<p class="quiz-problem">${t("quiz.lost", { count: missing })}</p>` : nothing}
    ${several ? html`<p class="small">${bestOf(results)}</p>` : nothing}
  </section>`;
}

/** "85 %", of hundredths of a percent that are already rounded down. */
export function percent(hundredths: number): string {
  return new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: 2 }).format(
    hundredths / 10_000,
  );
}

export function whole(percents: number): string {
  return percent(percents * 100);
}

function scored(score: QuizScore, pass_percent: number): TemplateResult {
  const { passed, pending_points, percent_hundredths, hundredths, max_points } = score;
  const verdict = passed === null ? "pending" : passed ? "passed" : "failed";
  const icon = { pending: icons.clock, passed: icons.check, failed: icons.close }[verdict];
  return html`
    <p class="quiz-verdict ${verdict}" role="status" data-testid="quiz-verdict">${icon}<b>${t(`quiz.${verdict}`)}</b></p>
    <p class="quiz-score"><b data-testid="quiz-percent" data-hundredths=${percent_hundredths}>${percent(percent_hundredths)}</b>
      <span data-testid="quiz-points" data-hundredths=${hundredths}>${t("quiz.score", { points: points(hundredths), count: max_points })}</span></p>
    <p class="small">${t("quiz.pass_is", { percent: whole(pass_percent) })}</p>
    ${pending_points > 0 ? html`<p class="small">${t("quiz.pending_points", { count: pending_points })}</p>` : nothing}`;
}

function unscored({ told }: Taking): TemplateResult {
  const when = told.show_results === "after_close" && told.state === "open" ? "after_close" : "never";
  return html`<p class="quiz-verdict ended" role="status" data-testid="quiz-verdict">${icons.check}<b>${t("quiz.ended")}</b></p>
    <p>${t(`quiz.hidden.${when}`)}</p>`;
}

/** The best attempt counts: which that is, as far as this page was told. */
function bestOf(results: readonly QuizResult[]): string {
  const [best] = results
    .flatMap(({ ordinal, score }) => (score ? [{ ordinal, value: score.percent_hundredths }] : []))
    .sort((one, other) => other.value - one.value || one.ordinal - other.ordinal);
  if (!best || results.length < 2) return t("quiz.best_counts");
  return t("quiz.best", { number: best.ordinal, percent: percent(best.value) });
}

export function marked({ attempt }: Taking, last: QuizResult): TemplateResult | typeof nothing {
  if (!last.score) return nothing;
  const shown = attempt?.id === last.attempt ? attempt.shown : {};
  return html`<h3>${t("quiz.marks")}</h3>
    <ol class="quiz-marks">
      ${last.score.marks.map(
        (mark, at) => html`<li class=${mark.verdict} data-testid="quiz-mark" data-verdict=${mark.verdict}>
          ${VERDICTS[mark.verdict]}
          <div class="quiz-mark"><p class="quiz-asked">${shown[mark.question]?.text ?? t("quiz.question", { number: at + 1 })}</p>
            <p class="small"><b>${t(`quiz.verdict.${mark.verdict}`)}</b> · ${worth(mark)}</p></div></li>`,
      )}
    </ol>`;
}

const VERDICTS = {
  right: icons.check,
  partly: icons.part,
  wrong: icons.close,
  pending: icons.clock,
  unanswered: icons.none,
};

function worth({ hundredths, max_points }: QuizMark): string {
  if (hundredths === null) return t("quiz.points", { count: max_points });
  return t("quiz.score", { points: points(hundredths), count: max_points });
}

export function points(hundredths: number): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: 2 }).format(hundredths / 100);
}
