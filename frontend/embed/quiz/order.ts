/** Items to be put in order: each moves up and down by its buttons, or by the arrow keys while one of them has the keyboard. */
import { html, LitElement, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { onLanguage, t } from "../../shared/i18n";
import { Redraw } from "../../shared/store";
import { icons } from "../ui/icons";

type Way = -1 | 1;

export class OrderView extends LitElement {
  static override properties = {
    items: { attribute: false },
    given: { attribute: false },
    give: { attribute: false },
    moved: { state: true },
  };
  declare items: readonly string[];
  /** Places of items in the order that was chosen; empty while none was. */
  declare given: readonly number[];
  declare give: (order: number[]) => void;
  /** What was moved last, for those who do not see it. */
  declare moved: string;
  #hold: { item: number; way: Way } | null = null;

  constructor() {
    super();
    this.moved = "";
    new Redraw(this, onLanguage);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const order = this.#order;
    return html`
      <ol class="quiz-order">${repeat(
        order,
        (item) => item,
        (
          item,
          place,
        ) => html`<li data-item=${item} data-testid="quiz-item" @keydown=${(event: KeyboardEvent) => this.#key(event, item)}>
          <span class="quiz-item-place" aria-hidden="true">${place + 1}</span>
          <span class="quiz-item">${this.items[item]}</span>
          ${this.#mover(item, -1, place === 0)} ${this.#mover(item, 1, place === order.length - 1)}
        </li>`,
      )}</ol>
      <p class="spoken" role="status">${this.moved}</p>
      ${
        this.given.length === 0
          ? html`<p class="small">${t("quiz.order.hint")}</p>
            <button class="plain quiz-keep" data-testid="quiz-keep" @click=${() => this.give(order)}>${icons.check} ${t("quiz.order.keep")}</button>`
          : html`<button class="link quiz-clear" data-testid="quiz-clear" @click=${() => this.give([])}>${t("quiz.clear")}</button>`
      }`;
  }

  /** A moved button has lost the keyboard: it gets it back. */
  protected override updated(changed: PropertyValues): void {
    if (!this.#hold || !changed.has("given")) return;
    const { item, way } = this.#hold;
    this.#hold = null;
    this.querySelector<HTMLElement>(`[data-item="${item}"] [data-way="${way}"]`)?.focus();
  }

  get #order(): number[] {
    return this.given.length === this.items.length ? [...this.given] : this.items.map((_, place) => place);
  }

  #mover(item: number, way: Way, end: boolean): TemplateResult {
    const label = t(way < 0 ? "quiz.order.up" : "quiz.order.down", { item: this.items[item] ?? "" });
    return html`<button class="plain" data-way=${way} data-testid=${way < 0 ? "quiz-up" : "quiz-down"} aria-label=${label}
      aria-disabled=${end} @click=${() => this.#move(item, way, way)}>${way < 0 ? icons.up : icons.down}</button>`;
  }

  #key(event: KeyboardEvent, item: number): void {
    const way = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : null;
    if (way === null) return;
    event.preventDefault();
    const held = (event.target as HTMLElement).closest<HTMLElement>("[data-way]")?.dataset.way;
    this.#move(item, way, held === "-1" ? -1 : 1);
  }

  #move(item: number, way: Way, held: Way): void {
    const order = this.#order;
    const from = order.indexOf(item);
    const to = from + way;
    const other = order[to];
    if (other === undefined) return;
    order[from] = other;
    order[to] = item;
    this.#hold = { item, way: held };
    this.moved = t("quiz.order.moved", { item: this.items[item] ?? "", place: to + 1, all: order.length });
    this.give(order);
  }
}

customElements.define("rollcall-order", OrderView);
