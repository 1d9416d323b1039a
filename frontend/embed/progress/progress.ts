/** "My progress": proven time and presence checks as the statistics have them at this moment. */
import { html, nothing, type TemplateResult } from "lit";
import { minutes, rangeWithZone, timeWithZone } from "../../shared/format";
import { language, t } from "../../shared/i18n";
import type { ChecksExpected, Progress, QuizProgress, SessionProgress } from "../../shared/wire";
import { percent, points } from "../quiz/result";
import { Part } from "../ui/part";

export class ProgressView extends Part {
  protected override render(): TemplateResult {
    const { progress } = this.view;
    return html`<div class="progress">
      ${progress ? this.#known(progress) : html`<p class="small">${t("progress.asking")}</p>`}
      ${this.#connection()}
      ${this.view.journalKept ? nothing : html`<p class="small" data-testid="in-memory">${t("progress.journal_in_memory")}</p>`}
      ${this.view.grantKept ? nothing : html`<p class="small">${t("progress.grant_in_memory")}</p>`}
      <p class="languages">${this.#switch("ru", "Русский")} ${this.#switch("en", "English")}</p>
    </div>`;
  }

  #known(progress: Progress): TemplateResult {
    const { watched_ms, checks_confirmed, checks_asked, expected, sessions, quizzes } = progress;
    return html`
      <dl class="totals">
        <div><dt>${t("progress.watched")}</dt><dd data-testid="progress-total" data-ms=${watched_ms}>${minutes(watched_ms)}</dd></div>
        <div><dt>${t("progress.checks")}</dt>
          <dd data-testid="progress-checks">${t("progress.checks_of", { confirmed: checks_confirmed, asked: checks_asked })}</dd></div>
      </dl>
      <dl class="beside">
        ${beside("recovered", progress.recovered_ms)}
        ${beside("unverified", progress.unverified_ms)}
        ${beside("voided", progress.voided_ms)}
      </dl>
      <p class="small">${announced(expected)}</p>
      <h2>${t("progress.sessions")}</h2>
      ${sessions.length === 0 ? html`<p class="small">${t("progress.no_sessions")}</p>` : nothing}
      <ul class="sessions">${sessions.map((session) => this.#session(session))}</ul>
      <p class="small">${t("progress.rule")}</p>
      ${quizzes.length > 0 ? html`<h2>${t("quiz.list")}</h2><ul class="sessions">${quizzes.map(taken)}</ul>` : nothing}`;
  }

  #session(session: SessionProgress): TemplateResult {
    const { title, starts_at_ms, ends_at_ms, watched_ms, checks_confirmed, checks_missed } = session;
    const now_ms = Date.now() + this.view.serverOffset_ms;
    const length_ms = starts_at_ms === null ? 0 : Math.max(0, (ends_at_ms ?? now_ms) - starts_at_ms);
    const checks = checks_confirmed + checks_missed;
    return html`<li>
      <p><b>${title}</b> <span>${minutes(watched_ms)}</span></p>
      <progress max=${Math.max(1, length_ms)} value=${Math.min(watched_ms, length_ms)} aria-label=${title}></progress>
      <p class="small">${this.#when(session)}${
        checks > 0
          ? html` · ${t("progress.session_checks", { confirmed: checks_confirmed, asked: checks })}`
          : nothing
      }</p>
    </li>`;
  }

  #when({ starts_at_ms, ends_at_ms }: SessionProgress): string {
    const zone = this.view.media?.timezone ?? "Europe/Moscow";
    if (starts_at_ms === null) return "";
    if (ends_at_ms !== null) return rangeWithZone(starts_at_ms, ends_at_ms, zone);
    return t("progress.running", { start: timeWithZone(starts_at_ms, zone) });
  }

  #connection(): TemplateResult {
    const { link, waiting } = this.view;
    const text =
      link === "open" ? t("progress.link_open") : link === "kept" ? t("banner.kept") : t("banner.sending");
    return html`<p class="connection ${link}" data-waiting=${waiting}>${text}</p>`;
  }

  #switch(code: "ru" | "en", name: string): TemplateResult {
    const choose = () => this.dispatchEvent(new CustomEvent("language", { bubbles: true, detail: code }));
    return html`<button class="link" lang=${code} aria-pressed=${language() === code} @click=${choose}>${name}</button>`;
  }
}

/** A figure beside the credit, shown only when there is any. */
function beside(name: "recovered" | "unverified" | "voided", ms: number): TemplateResult | typeof nothing {
  if (ms === 0) return nothing;
  return html`<div><dt>${t(`progress.${name}`)}</dt><dd data-testid=${`progress-${name}`} data-ms=${ms}>${minutes(ms)}</dd></div>`;
}

/** A quiz as far as it shows results: equal to the statistics, of the best attempt. */
function taken(quiz: QuizProgress): TemplateResult {
  const { score } = quiz;
  return html`<li data-testid="progress-quiz" data-hundredths=${score?.hundredths ?? nothing} data-passed=${score?.passed ?? nothing}>
    <p><b>${quiz.title}</b> ${score ? html`<span>${percent(score.percent_hundredths)}</span>` : nothing}</p>
    <p class="small">${standing(quiz)}${
      score
        ? html` · ${t("quiz.score", { points: points(score.hundredths), count: score.max_points })}`
        : nothing
    }</p>
    <p class="small">${attempts(quiz)}</p>
  </li>`;
}

function standing({ state, show_results, attempts_used, running, score }: QuizProgress): string {
  if (running) return t("progress.quiz.running");
  if (attempts_used === 0) return t("progress.quiz.open");
  if (score) return t(score.passed === null ? "quiz.pending" : score.passed ? "quiz.passed" : "quiz.failed");
  return t(
    `progress.quiz.hidden.${show_results === "after_close" && state === "open" ? "after_close" : "never"}`,
  );
}

function attempts({ attempts_used, attempts_allowed }: QuizProgress): string {
  if (attempts_allowed === null) return t("progress.quiz.attempts", { used: attempts_used });
  return t("progress.quiz.attempts_of", { used: attempts_used, all: attempts_allowed });
}

/** How many checks to expect; never when. */
function announced(expected: ChecksExpected | null): string {
  if (expected?.per_session) return t("progress.expect_per_session", { count: expected.per_session });
  if (!expected?.every_s) return t("progress.expect_unknown");
  const [least_s, most_s] = expected.every_s;
  if (least_s >= 120) {
    return t("progress.expect_minutes", { least: Math.round(least_s / 60), count: Math.round(most_s / 60) });
  }
  return t("progress.expect_seconds", { least: least_s, count: most_s });
}

customElements.define("rollcall-progress", ProgressView);
