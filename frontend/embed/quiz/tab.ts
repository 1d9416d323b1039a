/**
 * The quizzes in the panel: their list where there are several, and of one what is to be done now: begin, answer, or
 * read how it went. Fetched when there is a quiz.
 */
import "../styles/quiz.css";
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { t } from "../../shared/i18n";
import { icons } from "../ui/icons";
import { Part } from "../ui/part";
import type { AttemptView } from "./attempt";
import { card, stateOf } from "./card";
import { isUnresolved, lastResult, type Taking } from "./quizzes";
import "./attempt";

type Screen = "list" | "attempt" | "ending" | "card";

export class QuizTab extends Part {
  #screen: Screen | null = null;
  /** The participant did something that changes what is shown: the keyboard goes there with them. */
  #acted = false;

  protected override render(): TemplateResult {
    const taking = this.#chosen();
    const screen = screenOf(taking);
    return html`<div class="quiz ${screen}" data-testid="quiz" data-screen=${screen}>
      ${taking && this.view.quizzes.length > 1 ? this.#back() : nothing}
      ${taking ? this.#one(taking, screen) : this.#list()}
    </div>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const screen = screenOf(this.#chosen());
    const moved = this.#acted && screen !== this.#screen && this.#screen !== null;
    this.#screen = screen;
    if (!moved && !this.viewer.quizzes.entered()) return;
    this.#acted = screen === "ending"; // the result follows
    void this.#lead();
  }

  async #lead(): Promise<void> {
    await this.querySelector<AttemptView>("rollcall-attempt")?.updateComplete;
    this.querySelector<HTMLElement>("[data-lead]")?.focus();
  }

  /** The one that was chosen, or the only one, or the one that runs. */
  #chosen(): Taking | null {
    const { quizzes, quizChosen } = this.view;
    const chosen = quizzes.find((taking) => taking.told.quiz === quizChosen);
    if (chosen || quizzes.length === 1) return chosen ?? quizzes[0] ?? null;
    return quizChosen === null ? (quizzes.find((taking) => taking.running) ?? null) : null;
  }

  #one(taking: Taking, screen: Screen): TemplateResult {
    const act = () => {
      this.#acted = true;
    };
    if (screen === "attempt") {
      return html`<rollcall-attempt .store=${this.store} .viewer=${this.viewer} .quiz=${taking.told.quiz}
        @acted=${act}></rollcall-attempt>`;
    }
    if (screen === "ending") return ending(taking);
    return card(taking, this.view, () => {
      act();
      this.viewer.quizzes.start(taking.told.quiz);
    });
  }

  #back(): TemplateResult {
    return html`<button class="link quiz-to-list" @click=${() => this.#choose("")}>
      ${icons.back} ${t("quiz.to_list")}</button>`;
  }

  #list(): TemplateResult {
    return html`<div class="quiz-scroll">
      <h2 tabindex="-1" data-lead>${t("quiz.list")}</h2>
      <ul class="quiz-list">
        ${this.view.quizzes.map(
          (taking) => html`<li><button @click=${() => this.#choose(taking.told.quiz)}>
            <b>${taking.told.title}</b> <span>${stateOf(taking)}</span></button></li>`,
        )}
      </ul></div>`;
  }

  #choose(quiz: string): void {
    this.#acted = true;
    this.viewer.quizzes.choose(quiz);
  }
}

function screenOf(taking: Taking | null): Screen {
  if (!taking) return "list";
  if (taking.running) return taking.attempt ? "attempt" : "ending";
  return isUnresolved(taking) && !lastResult(taking) ? "ending" : "card";
}

function ending({ told, running }: Taking): TemplateResult {
  return html`<div class="quiz-wait" role="status">
    <span class="spinner" aria-hidden="true"></span>
    <h2 tabindex="-1" data-lead>${told.title}</h2>
    <p>${t(running ? "quiz.coming" : "quiz.ending")}</p>
  </div>`;
}

customElements.define("rollcall-quiz", QuizTab);
