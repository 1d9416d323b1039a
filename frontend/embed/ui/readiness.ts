/** The way to the self-test, where somebody waits for the event: fetched when it is asked for. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { onLanguage, t } from "../../shared/i18n";
import { Redraw } from "../../shared/store";
import { readLaunch } from "../host/address";

export class Readiness extends LitElement {
  static override properties = { state: { state: true } };
  declare state: "closed" | "coming" | "failed";

  constructor() {
    super();
    this.state = "closed";
    new Redraw(this, onLanguage);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    return html`<button class="plain readiness" data-testid="selftest-open" ?disabled=${this.state === "coming"}
        @click=${this.#open}>${t("selftest.open")}</button>
      <p class="small" role="status">${this.state === "failed" ? t("selftest.load_failed") : nothing}</p>`;
  }

  async #open(): Promise<void> {
    this.state = "coming";
    try {
      const { SelfTest } = await import("../selftest/selftest");
      const test = new SelfTest();
      test.media = readLaunch(location).media;
      // Of the page, not of this place: it stays open when the countdown around it ends.
      document.body.append(test);
      this.state = "closed";
    } catch {
      this.state = "failed";
    }
  }
}

customElements.define("rollcall-readiness", Readiness);
