/** Over the picture, never in its way: a quiz has opened, or one that was begun waits to be gone on with. */
import { html, nothing, type TemplateResult } from "lit";
import { countdown } from "../../shared/format";
import { t } from "../../shared/i18n";
import type { Tab } from "../ui/app";
import { icons } from "../ui/icons";
import { Part } from "../ui/part";
import { isWaiting, leftOf, type Taking } from "./quizzes";

export class Invitation extends Part {
  static override properties = {
    ...Part.properties,
    panel: { attribute: false },
    later: { state: true },
  };
  declare panel: Tab | null;
  /** What was put off here: an invitation, or the word that it runs. */
  declare later: ReadonlySet<string>;

  constructor() {
    super();
    this.later = new Set();
  }

  protected override render(): TemplateResult {
    const waiting = this.panel === "quiz" ? undefined : this.view.quizzes.find((each) => this.#invites(each));
    return html`<div class="invitations" role="status">${waiting ? this.#invite(waiting) : nothing}</div>`;
  }

  #invites(taking: Taking): boolean {
    return isWaiting(taking) && !this.later.has(nameOf(taking));
  }

  #invite(taking: Taking): TemplateResult {
    const { told, running, attempt } = taking;
    const left_ms = attempt && running ? leftOf(attempt, performance.now()) : null;
    const put = () => {
      this.later = new Set([...this.later, nameOf(taking)]);
    };
    return html`<div class="invitation" data-testid="quiz-invitation">
      ${icons.quiz}
      <p>${t(running ? "quiz.invite_running" : "quiz.invite", { title: told.title })}
        ${left_ms === null ? nothing : html`<span class="invitation-left" aria-hidden="true">${countdown(left_ms)}</span>`}</p>
      <button class="primary" data-testid="quiz-enter" @click=${() => this.#enter(told.quiz)}>
        ${t(running ? "quiz.invite_resume" : "quiz.invite_start")}</button>
      <button class="tool" aria-label=${t("quiz.invite_later")} title=${t("quiz.invite_later")} @click=${put}>
        ${icons.close}</button>
    </div>`;
  }

  #enter(quiz: string): void {
    this.viewer.quizzes.choose(quiz, true);
    this.dispatchEvent(
      new CustomEvent("panel-toggle", { bubbles: true, detail: { tab: "quiz", open: true } }),
    );
  }
}

function nameOf({ told, running }: Taking): string {
  return `${told.quiz} ${running ? "runs" : "opened"}`;
}

customElements.define("rollcall-invitation", Invitation);
