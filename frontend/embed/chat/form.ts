/**
 * Where one writes: a message or a question to the speaker, an answer to somebody, names after an @, emoji; and how long
 * to wait before the next.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { t } from "../../shared/i18n";
import type { ChatItem } from "../../shared/wire";
import { icons } from "../ui/icons";
import { Part } from "../ui/part";
import { EMOJI } from "./emoji";
import { meant, named, type Person, stillNamed, type Typed, typedName } from "./mention";
import { label, latest } from "./people";

const LONGEST = 2_000;
const COUNT_FROM = 1_800;
const QUOTED = 90;

export class ChatForm extends Part {
  static override properties = {
    ...Part.properties,
    asks: { attribute: false },
    draft: { state: true },
    kind: { state: true },
    replied: { state: true },
    typed: { state: true },
    chosen: { state: true },
    emoji: { state: true },
  };
  /** Questions are looked at: what is written is one. */
  declare asks: boolean;
  declare draft: string;
  declare kind: ChatItem["kind"];
  declare replied: ChatItem | null;
  declare typed: Typed | null;
  /** Which of the offered names. */
  declare chosen: number;
  declare emoji: boolean;
  #named: readonly Person[] = [];
  #timer = 0;

  constructor() {
    super();
    this.asks = false;
    this.draft = "";
    this.kind = "message";
    this.replied = null;
    this.typed = null;
    this.chosen = 0;
    this.emoji = false;
  }

  /** Write an answer to this message. */
  answer(item: ChatItem): void {
    this.replied = item;
    this.kind = "message";
    this.#field.focus();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("asks")) this.kind = this.asks ? "question" : "message";
  }

  protected override render(): TemplateResult {
    const offered = this.#offered();
    const wait_s = this.#wait_s();
    const asking = this.kind === "question";
    const words = asking ? t("chat.ask") : t("chat.write");
    return html`<form class="chat-form ${asking ? "asking" : ""}" @submit=${this.#submit} @focusout=${this.#left}>
      ${this.replied ? this.#reply(this.replied) : nothing}
      ${offered.length > 0 ? this.#offer(offered) : nothing}
      ${this.emoji ? this.#emoji() : nothing}
      <textarea data-testid="chat-input" rows="1" maxlength=${LONGEST} enterkeyhint="send" .value=${this.draft}
        aria-autocomplete="list" aria-haspopup="listbox" aria-controls=${offered.length > 0 ? "chat-offer" : nothing}
        aria-activedescendant=${offered.length > 0 ? `chat-offer-${this.chosen}` : nothing} aria-label=${words}
        placeholder=${words} @input=${this.#input} @keydown=${this.#keys} @click=${this.#caret}></textarea>
      <button class="primary send" data-testid="chat-send" aria-label=${t("chat.send")} title=${t("chat.send")}
        ?disabled=${wait_s > 0 || this.draft.trim() === ""}>${icons.send}</button>
      <div class="chat-tools">
        <button type="button" class="chip" data-testid="chat-ask" aria-pressed=${asking} @click=${this.#turn}>
          ${icons.question} ${t("chat.question")}</button>
        <button type="button" class="small-tool" data-testid="chat-emoji" aria-expanded=${this.emoji} aria-label=${t("chat.emoji")}
          title=${t("chat.emoji")} @click=${this.#toggleEmoji}>${icons.smile}</button>
        <p class="small" data-testid="chat-hint">${this.#hint(wait_s)}</p>
      </div>
    </form>`;
  }

  protected override updated(): void {
    // While there is a time to wait, it goes down before the eyes.
    window.clearTimeout(this.#timer);
    const left_ms = this.view.room.wait_until_ms - performance.now();
    if (left_ms > 0)
      this.#timer = window.setTimeout(() => this.requestUpdate(), Math.min(left_ms, left_ms % 1000 || 1000));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearTimeout(this.#timer);
  }

  #hint(wait_s: number): unknown {
    const { slow_s, premoderated, pseudonyms } = this.view.room;
    if (wait_s > 0) return html`<b>${t("chat.wait", { count: wait_s })}</b>`;
    if (this.draft.length >= COUNT_FROM) return t("chat.left", { count: LONGEST - this.draft.length });
    const hints = [
      slow_s > 0 ? t("chat.slow", { count: slow_s }) : "",
      premoderated ? t("chat.premoderated") : "",
      pseudonyms ? t("chat.pseudonyms") : "",
    ];
    return hints.filter((hint) => hint !== "").join(" · ");
  }

  #reply(item: ChatItem): TemplateResult {
    return html`<p class="replying"><span>${t("chat.replying", { name: label(item) })}</span>
      <span class="quoted" dir="auto">${item.text.slice(0, QUOTED)}</span>
      <button type="button" class="small-tool" aria-label=${t("chat.no_reply")} title=${t("chat.no_reply")}
        @click=${this.#noReply}>${icons.close}</button></p>`;
  }

  #offer(people: readonly Person[]): TemplateResult {
    return html`<ul id="chat-offer" class="chat-offer" role="listbox" aria-label=${t("chat.people")}>${people.map(
      (
        person,
        index,
      ) => html`<li role="option" id="chat-offer-${index}" aria-selected=${index === this.chosen}
        @pointerdown=${(event: Event) => event.preventDefault()} @click=${() => this.#name(person)}>${person.label}</li>`,
    )}</ul>`;
  }

  #emoji(): TemplateResult {
    return html`<div class="chat-emoji" role="group" aria-label=${t("chat.emoji")} @keydown=${this.#emojiKeys}>${EMOJI.map(
      (sign) => html`<button type="button" @click=${() => this.#put(sign)}>${sign}</button>`,
    )}</div>`;
  }

  get #field(): HTMLTextAreaElement {
    return this.querySelector("textarea") as HTMLTextAreaElement;
  }

  #wait_s(): number {
    return Math.max(0, Math.ceil((this.view.room.wait_until_ms - performance.now()) / 1000));
  }

  #offered(): readonly Person[] {
    const { items, me } = this.view.room;
    return this.typed ? meant(latest(items, me), this.typed.text) : [];
  }

  #input(event: InputEvent): void {
    this.draft = (event.target as HTMLTextAreaElement).value;
    this.#caret();
  }

  /** The caret stands elsewhere. */
  #caret(): void {
    const next = typedName(this.#field.value, this.#field.selectionEnd);
    if (next?.text !== this.typed?.text) this.chosen = 0;
    this.typed = next;
  }

  #keys(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const offered = this.#offered();
    const person = offered[this.chosen];
    if (person) {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by !== undefined) {
        event.preventDefault();
        this.chosen = (this.chosen + by + offered.length) % offered.length;
        return;
      }
      if (event.key === "Enter" || event.key === "Tab") {
        event.preventDefault();
        this.#name(person);
        return;
      }
    }
    if (event.key === "Escape") this.#close(event);
    else if (event.key === "Enter" && !event.shiftKey) this.#submit(event);
  }

  /** The last that was opened goes first; then the keyboard is the page's again. */
  #close(event: KeyboardEvent): void {
    const open = this.typed !== null || this.emoji || this.replied !== null;
    if (!open) return;
    event.stopPropagation();
    if (this.typed) this.typed = null;
    else if (this.emoji) this.emoji = false;
    else this.replied = null;
  }

  #emojiKeys(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.emoji = false;
    this.#field.focus();
  }

  #name(person: Person): void {
    if (!this.typed) return;
    const { text, caret } = named(this.draft, this.typed, person.label);
    this.#named = [...this.#named.filter(({ number }) => number !== person.number), person];
    this.typed = null;
    this.#write(text, caret);
  }

  #put(sign: string): void {
    const { selectionStart, selectionEnd } = this.#field;
    const text = this.draft.slice(0, selectionStart) + sign + this.draft.slice(selectionEnd);
    if (text.length <= LONGEST) this.#write(text, selectionStart + sign.length);
  }

  #write(text: string, caret: number): void {
    this.draft = text;
    const field = this.#field;
    field.value = text;
    field.focus();
    field.setSelectionRange(caret, caret);
  }

  #turn(): void {
    this.kind = this.kind === "question" ? "message" : "question";
    this.#field.focus();
  }

  #toggleEmoji(): void {
    this.emoji = !this.emoji;
  }

  #noReply(): void {
    this.replied = null;
    this.#field.focus();
  }

  #left(event: FocusEvent): void {
    if (event.relatedTarget instanceof Node && this.contains(event.relatedTarget)) return;
    this.typed = null;
  }

  #submit(event: Event): void {
    event.preventDefault();
    const text = this.draft.trim();
    if (text === "" || this.#wait_s() > 0) return;
    const mentions = stillNamed(text, this.#named).map(({ number }) => number);
    const { kind, replied } = this;
    this.viewer.chat.say({ text, kind, reply_to: replied?.id ?? null, mentions }, performance.now());
    this.draft = "";
    this.replied = null;
    this.typed = null;
    this.emoji = false;
    this.#named = [];
    if (!this.asks) this.kind = "message";
    this.#field.focus();
  }
}

customElements.define("rollcall-chat-form", ChatForm);
