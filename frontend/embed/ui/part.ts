/**
 * Base of the page's components: they draw the view into the page itself and redraw when it or the language changes.
 *
 * The page's rules forbid inline styles, and one stylesheet serves all parts, so there are no shadow trees.
 */
import { LitElement } from "lit";
import { onLanguage } from "../../shared/i18n";
import { Redraw, type Store } from "../../shared/store";
import type { View } from "../view";
import type { Viewer } from "../viewer";

/** `Asked`: what it acts on, the opened player or the part of it that it needs. */
export abstract class Part<Asked = Viewer> extends LitElement {
  static override properties: Record<string, object> = {
    store: { attribute: false },
    viewer: { attribute: false },
  };
  declare store: Store<View>;
  declare viewer: Asked;

  constructor() {
    super();
    new Redraw(this, (redraw) => this.store.subscribe(redraw));
    new Redraw(this, onLanguage);
  }

  protected get view(): View {
    return this.store.value;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
