/** The chat: history, own messages at once, a hint of new ones while reading older, and the line to write in. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { language, t } from "../../shared/i18n";
import { icons } from "../ui/icons";
import { Part } from "../ui/part";
import { own, said } from "./message";

const LONGEST = 2_000;
const COUNT_FROM = 1_800;
const AT_END_PX = 60;

export class ChatView extends Part {
  static override properties = { ...Part.properties, draft: { state: true }, unseen: { state: true } };
  declare draft: string;
  declare unseen: boolean;
  #last = 0;
  #pending = 0;
  #atEnd = true;
  #saidAt_ms = Number.NEGATIVE_INFINITY;

  constructor() {
    super();
    this.draft = "";
    this.unseen = false;
  }

  protected override render(): TemplateResult {
    const { items, pending } = this.view.room;
    return html`
      <div class="chat-list" data-testid="chat-list" tabindex="0" role="log" aria-label=${t("chat.title")} @scroll=${this.#scrolled}>
        <ol>
        ${items.length + pending.length === 0 ? html`<li class="chat-empty">${t("chat.empty")}</li>` : nothing}
        ${guard([items, language()], () => repeat(items, (item) => item.id, said))}
        ${repeat(pending, (each) => each.ref, own)}
        </ol>
      </div>
      ${
        this.unseen
          ? html`<button class="chat-new" @click=${this.#toEnd}>${icons.down} ${t("chat.new")}</button>`
          : nothing
      }
      ${this.view.room.mode === "closed" ? html`<p class="chat-closed">${t("chat.closed")}</p>` : this.#form()}`;
  }

  /** The list keeps its end in view when it gets more or less room. */
  protected override firstUpdated(): void {
    const list = this.querySelector(".chat-list");
    if (!list) return;
    new ResizeObserver(() => {
      if (this.#atEnd) this.#toEnd();
    }).observe(list);
  }

  protected override updated(_changed: PropertyValues): void {
    const { items, pending } = this.view.room;
    const last = items.at(-1)?.id ?? 0;
    const mine = pending.length > this.#pending;
    const more = last !== this.#last || mine;
    this.#last = last;
    this.#pending = pending.length;
    if (!more) return;
    if (this.#atEnd || mine) this.#toEnd();
    else this.unseen = true;
  }

  #form(): TemplateResult {
    const wait_s = this.#wait_s();
    const hint =
      wait_s > 0
        ? t("chat.wait", { count: wait_s })
        : this.#slow_s > 0
          ? t("chat.slow", { count: this.#slow_s })
          : "";
    const left = LONGEST - this.draft.length;
    return html`<form class="chat-form" @submit=${this.#submit}>
      <textarea data-testid="chat-input" rows="1" maxlength=${LONGEST} enterkeyhint="send" .value=${this.draft}
        aria-label=${t("chat.write")} placeholder=${t("chat.write")} @input=${this.#typed} @keydown=${this.#enter}></textarea>
      <button class="primary send" data-testid="chat-send" aria-label=${t("chat.send")} title=${t("chat.send")}
        ?disabled=${wait_s > 0 || this.draft.trim() === ""}>${icons.send}</button>
      <p class="small" role="status">${hint} ${this.draft.length >= COUNT_FROM ? t("chat.left", { count: left }) : nothing}</p>
    </form>`;
  }

  get #slow_s(): number {
    return this.view.room.slow_s;
  }

  #wait_s(): number {
    return Math.max(0, Math.ceil(this.#slow_s - (performance.now() - this.#saidAt_ms) / 1000));
  }

  #typed(event: InputEvent): void {
    this.draft = (event.target as HTMLTextAreaElement).value;
  }

  #enter(event: KeyboardEvent): void {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.draft.trim();
    if (text === "" || this.#wait_s() > 0) return;
    this.viewer.say(text);
    this.#saidAt_ms = performance.now();
    this.draft = "";
  }

  #scrolled(event: Event): void {
    const list = event.target as HTMLElement;
    this.#atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < AT_END_PX;
    if (this.#atEnd) this.unseen = false;
  }

  #toEnd(): void {
    const list = this.querySelector(".chat-list");
    if (list) list.scrollTop = list.scrollHeight;
    this.unseen = false;
  }
}

customElements.define("rollcall-chat", ChatView);
