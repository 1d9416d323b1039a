/**
 * The messages, of which only those in sight are drawn: a chat of many thousands scrolls like one of twenty.
 *
 * It stays at the end as long as the reader is there. Whoever reads earlier ones keeps their place, whatever comes or
 * goes above and below; what comes at the end is counted, and spoken only while the reader is there. Arrow keys go from
 * message to message.
 */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { language, t } from "../../shared/i18n";
import type { ChatItem } from "../../shared/wire";
import { icons } from "../ui/icons";
import { CalmPart } from "./calm";
import { type Around, said, sending, unseen } from "./message";
import { named } from "./people";
import { placeOf } from "./room";
import { Rows, type Span } from "./window";

const GUESS_PX = 72;
const BEYOND_PX = 700;
const AT_END_PX = 60;
/** So near the first message that is here, earlier ones are asked for. */
const EARLIER_PX = 1_500;
const NOBODY: readonly never[] = [];

export class ChatList extends CalmPart {
  static override properties = {
    ...CalmPart.properties,
    unseen: { state: true },
    span: { state: true },
    active: { state: true },
    atEnd: { state: true },
  };
  /** How many messages came since the reader left the end. */
  declare unseen: number;
  declare span: Span;
  declare active: number | null;
  declare atEnd: boolean;
  readonly #rows = new Rows(GUESS_PX);
  #items: readonly ChatItem[] = [];
  #last = 0;
  #own = 0;
  #anchor: { readonly version: number; readonly below_px: number } | null = null;
  #width = 0;
  /** Where the list was put last; where it is elsewhere, the reader has moved it. */
  #put_px = 0;
  #box!: HTMLElement;

  constructor() {
    super();
    this.unseen = 0;
    this.span = { first: 0, end: 0 };
    this.active = null;
    this.atEnd = true;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    // Before anything changes: the page may not have heard yet that the reader has scrolled.
    if (this.#box && Math.abs(this.#box.scrollTop - this.#put_px) > 1) this.#look();
    const { items, pending, own } = this.view.room;
    if (items !== this.#items) this.#take(items);
    const mine = pending.length + own.length;
    if (mine > this.#own) this.atEnd = true;
    this.#own = mine;
    if (this.#box) this.span = this.#wanted();
  }

  protected override render(): TemplateResult {
    const { room } = this.view;
    const { first, end } = this.span;
    const drawn = this.#items.slice(first, end);
    const writes = room.mode === "open" && !room.banned;
    const none = this.#items.length + room.pending.length + room.own.length === 0;
    // Scrolling draws rows that are not new: those are not spoken.
    return html`<div class="chat-list" data-testid="chat-list" role="log" aria-label=${t("chat.title")} tabindex="0"
        aria-live=${this.atEnd ? "polite" : "off"} aria-relevant="additions" @scroll=${this.#scrolled} @keydown=${this.#keys}
        @focusout=${this.#left}>
        <p class="chat-edge">${this.#edge(none)}</p>
        <div class="rows-above"></div>
        ${repeat(
          drawn,
          (item) => item.id,
          (item) => this.#row(item, writes),
        )}
        <div class="rows-below"></div>
        ${repeat(
          room.own,
          (each) => each.id,
          (each) => html`<div class="row">${unseen(each)}</div>`,
        )}
        ${repeat(
          room.pending,
          (each) => each.ref,
          (each) => html`<div class="row">${sending(each, () => this.viewer.chat.discard(each.ref))}</div>`,
        )}
      </div>
      ${
        this.atEnd
          ? nothing
          : html`<button class="chat-new ${this.unseen > 0 ? "some" : ""}" data-testid="chat-new" @click=${this.#toEnd}>
              ${icons.down} ${this.unseen > 0 ? t("chat.new", { count: this.unseen }) : t("chat.to_end")}</button>`
      }`;
  }

  protected override firstUpdated(): void {
    this.#box = this.querySelector(".chat-list") as HTMLElement;
    new ResizeObserver(() => {
      if (this.#box.clientWidth !== this.#width) this.#rows.forget();
      this.#width = this.#box.clientWidth;
      this.act();
    }).observe(this.#box);
  }

  protected override updated(_changed: PropertyValues): void {
    this.#measure();
    this.#keepPlace();
    this.viewer.chat.follow(this.atEnd);
    const { first, end } = this.#wanted();
    if (first !== this.span.first || end !== this.span.end) {
      this.act(); // what was drawn does not fill the view yet
      this.span = { first, end };
    }
    const before_px = this.#box.scrollTop;
    if (this.view.room.more && before_px < EARLIER_PX && !(this.atEnd && this.#fills())) {
      this.viewer.chat.earlier(performance.now());
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.viewer.chat.follow(true);
  }

  #row(item: ChatItem, writes: boolean): TemplateResult {
    const { me, voted } = this.view.room;
    const active = this.active === item.id;
    const votes = item.kind === "question" && voted.includes(item.id);
    const people = item.mentions.length > 0 ? named(this.#items, item.mentions) : NOBODY;
    const around: Around = {
      me,
      voted: votes ? [item.id] : NOBODY,
      writes,
      people,
      reply: (each) => this.#tell("chat-reply", each),
      vote: (each, on) => {
        this.act();
        this.viewer.chat.vote(each.id, on);
      },
    };
    return html`<div class="row" data-row=${item.id} tabindex="-1" @focusin=${() => this.#entered(item.id)}>
      ${guard([item, me, votes, writes, active, language()], () => said(item, around, active))}</div>`;
  }

  #edge(none: boolean): unknown {
    const { greeted, more } = this.view.room;
    if (!greeted) return t("chat.loading_messages");
    if (more) return t("chat.earlier");
    return none ? t("chat.empty") : t("chat.start");
  }

  #take(items: readonly ChatItem[]): void {
    const known = this.#last;
    this.#items = items;
    this.#rows.show(items.map(({ id }) => id));
    this.#last = items.at(-1)?.version ?? 0;
    if (!this.atEnd && known > 0) this.unseen += items.length - placeOf(items, known + 1);
  }

  #fills(): boolean {
    return this.#box.scrollHeight > this.#box.clientHeight + EARLIER_PX;
  }

  /** Where the rows begin inside the box. */
  get #offset_px(): number {
    return (this.#box.firstElementChild as HTMLElement).offsetHeight;
  }

  #wanted(): Span {
    const view_px = this.#box.clientHeight;
    const y_px = this.atEnd ? this.#rows.total() - view_px : this.#box.scrollTop - this.#offset_px;
    return this.#rows.span(y_px, view_px, BEYOND_PX);
  }

  #measure(): void {
    let index = this.span.first;
    for (const row of this.#box.querySelectorAll<HTMLElement>("[data-row]")) {
      this.#rows.measure(index, row.getBoundingClientRect().height);
      index += 1;
    }
    this.#height(".rows-above", this.#rows.top(this.span.first));
    this.#height(".rows-below", this.#rows.total() - this.#rows.top(this.span.end));
  }

  #height(selector: string, px: number): void {
    const { style } = this.#box.querySelector(selector) as HTMLElement;
    if (style.height !== `${px}px`) style.height = `${px}px`;
  }

  /** The same message stays at the same height of the view, or the end in view. */
  #keepPlace(): void {
    const box = this.#box;
    if (this.atEnd) box.scrollTop = box.scrollHeight;
    else if (this.#anchor) {
      const at = placeOf(this.#items, this.#anchor.version);
      const wanted_px = this.#offset_px + this.#rows.top(at) + this.#anchor.below_px;
      if (Math.abs(wanted_px - box.scrollTop) > 1) box.scrollTop = wanted_px;
    }
    this.#put_px = box.scrollTop;
  }

  #scrolled(): void {
    this.#look();
    const { first, end } = this.#wanted();
    const near = this.#box.scrollTop < EARLIER_PX;
    if (first === this.span.first && end === this.span.end && !near) return;
    this.act();
  }

  /** See where the reader is. */
  #look(): void {
    const box = this.#box;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < AT_END_PX;
    const y_px = box.scrollTop - this.#offset_px;
    const at = this.#rows.at(y_px);
    const version = this.#items[at]?.version;
    this.#anchor = version === undefined ? null : { version, below_px: y_px - this.#rows.top(at) };
    if (atEnd) this.unseen = 0;
    this.atEnd = atEnd;
    const { first, end } = this.#wanted();
    if (first !== this.span.first || end !== this.span.end || box.scrollTop < EARLIER_PX)
      this.requestUpdate();
  }

  #toEnd(): void {
    this.act();
    this.atEnd = true;
    this.unseen = 0;
    this.#box.focus({ preventScroll: true });
  }

  #entered(id: number): void {
    this.act();
    this.active = id;
  }

  #left(event: FocusEvent): void {
    if (!(event.relatedTarget instanceof Node && this.#box.contains(event.relatedTarget))) this.active = null;
  }

  #keys(event: KeyboardEvent): void {
    const by = { ArrowUp: -1, ArrowDown: 1, Home: -this.#items.length, End: this.#items.length }[event.key];
    if (by === undefined || this.#items.length === 0) return;
    event.preventDefault();
    const at = this.#items.findIndex(({ id }) => id === this.active);
    const from =
      at < 0 ? this.#rows.at(this.#box.scrollTop + this.#box.clientHeight - this.#offset_px) + 1 : at;
    void this.#go(Math.max(0, Math.min(this.#items.length - 1, from + by)));
  }

  /** Bring a message into view and give it the keyboard. */
  async #go(index: number): Promise<void> {
    const box = this.#box;
    const top_px = this.#offset_px + this.#rows.top(index);
    const end_px = this.#offset_px + this.#rows.top(index + 1);
    if (top_px < box.scrollTop) box.scrollTop = top_px;
    else if (end_px > box.scrollTop + box.clientHeight) box.scrollTop = end_px - box.clientHeight;
    this.#scrolled();
    this.act();
    await this.updateComplete;
    const id = this.#items[index]?.id;
    this.querySelector<HTMLElement>(`[data-row="${id}"]`)?.focus({ preventScroll: true });
  }

  #tell(name: string, item: ChatItem): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: item }));
  }
}

customElements.define("rollcall-chat-list", ChatList);
