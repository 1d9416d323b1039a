/** The chat: messages or the questions among them, and the place to write, or why there is none. */
import "../styles/chat.css";
import { html, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../../shared/i18n";
import type { ChatItem } from "../../shared/wire";
import { Part } from "../ui/part";
import type { ChatForm } from "./form";
import { said } from "./message";
import { named } from "./people";
import { ranked } from "./room";
import "./form";
import "./list";

type Shown = "all" | "questions";

export class ChatView extends Part {
  static override properties = { ...Part.properties, shown: { state: true } };
  declare shown: Shown;

  constructor() {
    super();
    this.shown = "all";
  }

  protected override render(): TemplateResult {
    const { store, viewer } = this;
    return html`<div class="chat" @chat-reply=${this.#reply}>
      <div class="chat-filter" role="group" aria-label=${t("chat.show")}>${this.#choice("all")}${this.#choice("questions")}</div>
      ${
        this.shown === "questions"
          ? this.#questions()
          : html`<rollcall-chat-list .store=${store} .viewer=${viewer}></rollcall-chat-list>`
      }
      ${this.#place()}</div>`;
  }

  #choice(shown: Shown): TemplateResult {
    return html`<button data-testid="chat-${shown}" aria-pressed=${this.shown === shown} @click=${() => this.#show(shown)}>
      ${t(`chat.show.${shown}`)}</button>`;
  }

  #show(shown: Shown): void {
    this.shown = shown;
    if (shown === "questions") this.viewer.chat.askQuestions();
  }

  #questions(): TemplateResult {
    const { questions, me, voted, mode, banned, items } = this.view.room;
    if (!questions) return html`<p class="chat-questions chat-edge" role="status">${t("chat.loading")}</p>`;
    if (questions.length === 0)
      return html`<p class="chat-questions chat-edge">${t("chat.no_questions")}</p>`;
    const around = {
      me,
      voted,
      writes: mode === "open" && !banned,
      reply: (item: ChatItem) => this.#answer(item),
      vote: (item: ChatItem, on: boolean) => this.viewer.chat.vote(item.id, on),
    };
    return html`<ul class="chat-questions" data-testid="chat-questions-list">${repeat(
      ranked(questions),
      (item) => item.id,
      (item) => html`<li>${said(item, { ...around, people: named(items, item.mentions) }, true)}</li>`,
    )}</ul>`;
  }

  #place(): TemplateResult {
    const { mode, banned } = this.view.room;
    if (banned) return html`<p class="chat-closed" role="status">${t("chat.banned")}</p>`;
    if (mode === "closed") return html`<p class="chat-closed" role="status">${t("chat.closed")}</p>`;
    return html`<rollcall-chat-form .store=${this.store} .viewer=${this.viewer}
      .asks=${this.shown === "questions"}></rollcall-chat-form>`;
  }

  #reply(event: CustomEvent<ChatItem>): void {
    this.#answer(event.detail);
  }

  #answer(item: ChatItem): void {
    const form = this.querySelector<ChatForm>("rollcall-chat-form");
    form?.answer(item);
  }

  protected override updated(): void {
    if (this.view.room.questions === null && this.shown === "questions" && this.view.link === "open") {
      this.viewer.chat.askQuestions();
    }
  }
}

customElements.define("rollcall-chat", ChatView);
