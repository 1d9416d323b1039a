/** Over the picture, never in its way: a quiz or a poll has opened, or a quiz that was begun waits to be gone on with. */
import { html, nothing, type TemplateResult } from "lit";
import { countdown } from "../../shared/format";
import { t } from "../../shared/i18n";
import type { PollState } from "../../shared/wire";
import { isWaiting as votes } from "../poll/polls";
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
    const poll =
      this.panel === "poll"
        ? undefined
        : this.view.polls.find((each) => votes(each) && !this.later.has(each.told.poll));
    return html`<div class="invitations" role="status">${waiting ? this.#invite(waiting) : poll ? this.#ask(poll.told) : nothing}</div>`;
  }

  #invites(taking: Taking): boolean {
    return isWaiting(taking) && !this.later.has(nameOf(taking));
  }

  #invite(taking: Taking): TemplateResult {
    const { told, running, attempt } = taking;
    const left_ms = attempt && running ? leftOf(attempt, performance.now()) : null;
    return html`<div class="invitation" data-testid="quiz-invitation">
      ${icons.quiz}
      <p>${t(running ? "quiz.invite_running" : "quiz.invite", { title: told.title })}
        ${left_ms === null ? nothing : html`<span class="invitation-left" aria-hidden="true">${countdown(left_ms)}</span>`}</p>
      <button class="primary" data-testid="quiz-enter" @click=${() => this.#enter(told.quiz)}>
        ${t(running ? "quiz.invite_resume" : "quiz.invite_start")}</button>
      <button class="tool" aria-label=${t("quiz.invite_later")} title=${t("quiz.invite_later")} @click=${() => this.#put(nameOf(taking))}>
        ${icons.close}</button>
    </div>`;
  }

  #ask({ poll, question }: PollState): TemplateResult {
    return html`<div class="invitation" data-testid="poll-invitation">
      ${icons.poll}
      <p>${t("poll.invite", { question })}</p>
      <button class="primary" data-testid="poll-enter" @click=${() => this.#vote(poll)}>${t("poll.invite_vote")}</button>
      <button class="tool" aria-label=${t("quiz.invite_later")} title=${t("quiz.invite_later")} @click=${() => this.#put(poll)}>
        ${icons.close}</button>
    </div>`;
  }

  #put(name: string): void {
    this.later = new Set([...this.later, name]);
  }

  #enter(quiz: string): void {
    this.viewer.quizzes.choose(quiz, true);
    this.#open("quiz");
  }

  #vote(poll: string): void {
    this.viewer.polls.enter(poll);
    this.#open("poll");
  }

  #open(tab: Tab): void {
    this.dispatchEvent(new CustomEvent("panel-toggle", { bubbles: true, detail: { tab, open: true } }));
  }
}

function nameOf({ told, running }: Taking): string {
  return `${told.quiz} ${running ? "runs" : "opened"}`;
}

customElements.define("rollcall-invitation", Invitation);
