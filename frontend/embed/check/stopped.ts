/** Time does not count since a check was missed: said calmly, where nobody overlooks it, with one button to come back. */
import { html, nothing, type TemplateResult } from "lit";
import { timeOfDay } from "../../shared/format";
import { t } from "../../shared/i18n";
import { icons } from "../ui/icons";
import { Part } from "../ui/part";

export class StoppedBar extends Part {
  protected override render(): TemplateResult | typeof nothing {
    const { stop, link } = this.view;
    if (!stop) return nothing;
    const back = (event: MouseEvent): void => this.viewer.checks.resume(event.isTrusted);
    const offline = link === "kept";
    return html`<section class="stopped" role="alert" data-testid="stopped">
      ${icons.warn}
      <div>
        <p class="stopped-lead">${t("stopped.title", { time: timeOfDay(stop.since_ms) })}</p>
        <p>${stop.resumed ? t(offline ? "stopped.kept" : "stopped.sending") : t("stopped.meaning")}</p>
      </div>
      <button class="primary" data-testid="resume" ?disabled=${stop.resumed} @click=${back}>
        ${stop.resumed ? html`<span class="spinner" aria-hidden="true"></span>` : icons.check}
        <span>${t("stopped.back")}</span></button>
    </section>`;
  }
}

customElements.define("rollcall-stopped", StoppedBar);
