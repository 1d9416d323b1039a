/** What there is to do with a question: choose one, choose some, put in order, write a number, write a text. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/i18n";
import type { QuizQuestion } from "../../shared/wire";
import type { Given } from "./quizzes";
import "./order";

export interface Answering {
  give(answer: Given): void;
  /** More of it may follow at once. */
  write(answer: string): void;
  written(): void;
}

const LONGEST = 10_000;
const COUNT_FROM = 9_500;
const LONGEST_NUMBER = 40;
/** As the server reads a number: spaces between digits and a typographic minus are fine. */
const NUMBER = /^[+-]?\d{1,15}(?:[.,]\d{1,10})?$/;
/** What may still become one. */
const BEGUN = /^[+-]?\d*[.,]?$/;

export function answering(question: QuizQuestion, given: Given | null, act: Answering): TemplateResult {
  return html`<fieldset class="quiz-question" data-testid="quiz-question" data-kind=${question.kind}>
    <legend id="quiz-text">${question.text}</legend>
    <p class="small" id="quiz-kind">${t(`quiz.kind.${question.kind}`)} · ${t("quiz.points", { count: question.points })}</p>
    ${fields(question, given, act)}
  </fieldset>`;
}

function fields(question: QuizQuestion, given: Given | null, act: Answering): TemplateResult {
  const chosen = typeof given === "string" || given === null ? [] : given;
  const written = typeof given === "string" ? given : "";
  switch (question.kind) {
    case "single":
      return choices(question, chosen, "radio", (place) => act.give([place]), act);
    case "multiple":
      return choices(question, chosen, "checkbox", (place) => act.give(toggled(chosen, place)), act);
    case "order":
      return html`<rollcall-order .items=${question.choices} .given=${chosen} .give=${act.give}></rollcall-order>`;
    case "number":
      return number(written, act);
    case "text":
      return text(written, act);
  }
}

function choices(
  { choices }: QuizQuestion,
  chosen: readonly number[],
  type: "radio" | "checkbox",
  choose: (place: number) => void,
  act: Answering,
): TemplateResult {
  return html`
    <div class="check-choices">${choices.map(
      (choice, place) => html`<label data-testid="quiz-choice">
        <input type=${type} name="quiz-choice" aria-describedby="quiz-kind" .checked=${chosen.includes(place)}
          @change=${() => choose(place)}/><span>${choice}</span></label>`,
    )}</div>
    ${
      type === "radio" && chosen.length > 0
        ? html`<button class="link quiz-clear" data-testid="quiz-clear" @click=${() => act.give([])}>${t("quiz.clear")}</button>`
        : nothing
    }`;
}

function toggled(chosen: readonly number[], place: number): number[] {
  const others = chosen.filter((each) => each !== place);
  return others.length < chosen.length ? others : [...others, place].sort((one, other) => one - other);
}

function number(written: string, act: Answering): TemplateResult {
  const plain = written.replace(/[ \u00a0\u202f\u2009]/g, "").replaceAll("\u2212", "-");
  const typing = BEGUN.test(plain) && document.activeElement?.id === "quiz-number";
  const wrong = plain !== "" && !NUMBER.test(plain) && !typing;
  const negative = plain.startsWith("-");
  return html`
    <div class="quiz-number">
      <input id="quiz-number" data-testid="quiz-number" type="text" inputmode="decimal" autocomplete="off" maxlength=${LONGEST_NUMBER}
        aria-labelledby="quiz-text" aria-describedby="quiz-number-hint" aria-invalid=${wrong ? "true" : "false"} .value=${written}
        @input=${(event: InputEvent) => act.write(writtenIn(event))} @change=${act.written} @blur=${act.written}/>
      <button class="plain" aria-label=${t("quiz.number.sign")} title=${t("quiz.number.sign")} aria-pressed=${negative}
        @click=${() => act.give(negative ? plain.slice(1) : `-${plain.replace("+", "")}`)}>±</button>
    </div>
    <p class=${wrong ? "quiz-problem" : "small"} id="quiz-number-hint" role="status">${t(wrong ? "quiz.number.wrong" : "quiz.number.hint")}</p>`;
}

function text(written: string, act: Answering): TemplateResult {
  const left = LONGEST - written.length;
  return html`
    <textarea data-testid="quiz-text" rows="5" maxlength=${LONGEST} aria-labelledby="quiz-text" aria-describedby="quiz-kind"
      .value=${written} @input=${(event: InputEvent) => act.write(writtenIn(event))} @blur=${act.written}></textarea>
    ${written.length >= COUNT_FROM ? html`<p class="small" role="status">${t("chat.left", { count: left })}</p>` : nothing}`;
}

function writtenIn(event: InputEvent): string {
  return (event.target as HTMLInputElement | HTMLTextAreaElement).value;
}
