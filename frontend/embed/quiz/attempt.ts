/** An attempt that runs: one question at a time, the way between them, the time that is left, and the end. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { keyed } from "lit/directives/keyed.js";
import { countdown } from "../../shared/format";
import { t } from "../../shared/i18n";
import type { QuizQuestion } from "../../shared/wire";
import { icons } from "../ui/icons";
import { Part } from "../ui/part";
import { answering } from "./answers";
import { isOffline, sentence } from "./card";
import { type Attempt, isAnswered, leftOf, type Reply, type Taking, unanswered, unsaved } from "./quizzes";

const MINUTE_MS = 60_000;
/** Minutes before the end at which it is said. */
const SAID = [1, 5];

export class AttemptView extends Part {
  static override properties = {
    ...Part.properties,
    quiz: { attribute: false },
    confirming: { state: true },
  };
  declare quiz: string;
  declare confirming: boolean;
  #lead: string | null = null;

  constructor() {
    super();
    this.confirming = false;
  }

  protected override render(): TemplateResult | typeof nothing {
    const taking = this.#taking;
    const attempt = taking?.attempt;
    if (!taking || !attempt) return nothing;
    const left_ms = leftOf(attempt, performance.now());
    const over = left_ms === 0;
    const confirming = this.confirming || (taking.busy && !over);
    return html`
      ${this.#head(taking, attempt, left_ms)}
      <div class="quiz-scroll">
        ${over ? this.#over(attempt) : confirming ? this.#confirm(taking, attempt) : this.#question(attempt)}
      </div>
      ${over || confirming ? nothing : this.#ways(attempt)}`;
  }

  protected override updated(_changed: PropertyValues): void {
    const lead = this.#lead;
    this.#lead = null;
    if (lead === null) return;
    this.querySelector<HTMLElement>(lead)?.focus({ preventScroll: true });
    const scroll = this.querySelector(".quiz-scroll");
    if (scroll) scroll.scrollTop = 0;
  }

  get #taking(): Taking | undefined {
    return this.view.quizzes.find((taking) => taking.told.quiz === this.quiz);
  }

  get #offline(): boolean {
    return isOffline(this.view);
  }

  #head({ told }: Taking, { at, questions, replies }: Attempt, left_ms: number | null): TemplateResult {
    const answered = questions.filter((question) => isAnswered(replies[question])).length;
    const minute = left_ms === null ? undefined : SAID.find((each) => left_ms <= each * MINUTE_MS);
    return html`<div class="quiz-head">
      <p class="small quiz-name">${told.title}</p>
      <h2 tabindex="-1" data-lead data-testid="quiz-place">${t("quiz.question_of", { number: at + 1, all: questions.length })}</h2>
      <p class="small">${t("quiz.answered_of", { answered, all: questions.length })}</p>
      ${
        left_ms === null
          ? nothing
          : html`<p class="quiz-left ${minute === undefined ? "" : "soon"}" role="timer" data-testid="quiz-left"
              aria-label=${t("quiz.left", { time: countdown(left_ms) })}>${icons.clock}${countdown(left_ms)}</p>`
      }
      <p class="quiz-soon" role="status">${minute === undefined || left_ms === 0 ? nothing : t("quiz.left_minutes", { count: minute })}</p>
    </div>`;
  }

  #question(attempt: Attempt): TemplateResult {
    const id = attempt.questions[attempt.at] ?? "";
    const question = attempt.shown[id];
    return html`
      ${question ? keyed(id, this.#asked(question, attempt.replies[id])) : this.#coming()}
      <p class="quiz-saved" role="status" data-testid="quiz-saved">${this.#saved(attempt.replies[id])}</p>
      ${this.#map(attempt)}
      <button class="link quiz-end" data-testid="quiz-end" @click=${this.#ask}>${t("quiz.finish")}</button>`;
  }

  #asked(question: QuizQuestion, reply: Reply | undefined): TemplateResult {
    const { quizzes } = this.viewer;
    return answering(question, reply?.answer ?? null, {
      give: (answer) => quizzes.answer(this.quiz, question.question, answer),
      write: (answer) => quizzes.answer(this.quiz, question.question, answer, true),
      written: () => {
        quizzes.flush();
        this.requestUpdate();
      },
    });
  }

  #coming(): TemplateResult {
    return html`<div class="quiz-wait" role="status"><span class="spinner" aria-hidden="true"></span>
      <p>${t(this.#offline ? "quiz.question_offline" : "quiz.question_coming")}</p></div>`;
  }

  #saved(reply: Reply | undefined): TemplateResult | typeof nothing {
    if (!reply) return nothing;
    const { saved, refused } = reply;
    if (refused !== null)
      return html`<span class="bad" data-state="refused">${icons.warn}${sentence(refused)}</span>`;
    if (saved) return html`<span class="good" data-state="saved">${icons.check}${t("quiz.saved")}</span>`;
    if (this.#offline)
      return html`<span class="bad" data-state="kept">${icons.signal}${t("quiz.kept")}</span>`;
    return html`<span aria-hidden="true" data-state="saving">${t("quiz.saving")}</span>`;
  }

  #map({ questions, replies, at }: Attempt): TemplateResult {
    return html`<nav class="quiz-map" aria-label=${t("quiz.map")}>
      ${questions.map((question, place) => {
        const answered = isAnswered(replies[question]);
        const label = t(answered ? "quiz.map_answered" : "quiz.map_unanswered", { number: place + 1 });
        return html`<button class=${answered ? "answered" : ""} aria-label=${label} title=${label} data-testid="quiz-map"
          aria-current=${place === at ? "step" : "false"} @click=${() => this.#show(place)}>${place + 1}</button>`;
      })}
    </nav>`;
  }

  #ways({ at, questions }: Attempt): TemplateResult {
    const last = at === questions.length - 1;
    return html`<div class="quiz-ways">
      <button class="plain" data-testid="quiz-back" ?disabled=${at === 0} @click=${() => this.#show(at - 1)}>
        ${icons.back}<span>${t("quiz.back")}</span></button>
      ${
        last
          ? html`<button class="primary" data-testid="quiz-finish" @click=${this.#ask}>${t("quiz.confirm.finish")}</button>`
          : html`<button class="primary" data-testid="quiz-next" @click=${() => this.#show(at + 1)}>
              <span>${t("quiz.next")}</span>${icons.next}</button>`
      }
    </div>`;
  }

  #confirm(taking: Taking, attempt: Attempt): TemplateResult {
    const open = unanswered(attempt);
    const waits = unsaved(attempt).length > 0;
    return html`<section class="quiz-confirm" aria-labelledby="quiz-confirm">
      <h3 id="quiz-confirm" tabindex="-1">${t("quiz.confirm.title")}</h3>
      ${
        open.length === 0
          ? html`<p>${t("quiz.confirm.all")}</p>`
          : html`<p>${t("quiz.confirm.unanswered", { count: open.length })}</p>
            <p class="quiz-open">${open.map(
              (
                place,
              ) => html`<button data-testid="quiz-open" ?disabled=${taking.busy} @click=${() => this.#show(place)}>
                ${t("quiz.question", { number: place + 1 })}</button>`,
            )}</p>`
      }
      <p class="small">${t("quiz.confirm.final")}</p>
      <p class="quiz-saved" role="status">${
        this.#offline
          ? html`<span class="bad">${icons.signal}${t("quiz.confirm.offline")}</span>`
          : waits
            ? html`<span>${t("quiz.saving")}</span>`
            : nothing
      }</p>
      <p class="quiz-choose">
        <button class="primary" data-testid="quiz-confirm" ?disabled=${taking.busy} @click=${this.#finish}>
          ${t(taking.busy ? "quiz.finishing" : "quiz.confirm.finish")}</button>
        <button class="plain" data-testid="quiz-return" ?disabled=${taking.busy} @click=${() => this.#show(attempt.at)}>
          ${t("quiz.confirm.back")}</button>
      </p>
    </section>`;
  }

  #over(attempt: Attempt): TemplateResult {
    const waits = unsaved(attempt).length;
    return html`<div class="quiz-wait" role="status">
      <p><b>${t("quiz.time_over")}</b></p>
      <p>${this.#offline ? t("quiz.time_over_offline") : t("quiz.ending")}</p>
      ${waits > 0 ? html`<p class="small">${t("quiz.time_over_unsaved", { count: waits })}</p>` : nothing}
    </div>`;
  }

  #show(at: number): void {
    this.confirming = false;
    this.#lead = "[data-lead]";
    this.viewer.quizzes.show(this.quiz, at);
    this.requestUpdate();
  }

  #ask(): void {
    this.viewer.quizzes.flush();
    this.confirming = true;
    this.#lead = "#quiz-confirm";
  }

  #finish(): void {
    this.dispatchEvent(new CustomEvent("acted"));
    this.viewer.quizzes.finish(this.quiz);
  }
}

customElements.define("rollcall-attempt", AttemptView);
