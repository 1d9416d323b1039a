/** Short messages over the picture: what became of a check, time that was not counted. */
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { minutes, timeOfDay } from "../../shared/format";
import { t } from "../../shared/i18n";
import type { Notice } from "../view";
import { icons } from "./icons";
import { Part } from "./part";

const STAY_MS = { good: 6_000, bad: 30_000 };

export class NoticeView extends Part {
  #shown: Notice | null = null;
  #timer = 0;

  protected override updated(_changed: PropertyValues): void {
    const { notice } = this.view;
    if (notice === this.#shown) return;
    this.#shown = notice;
    clearTimeout(this.#timer);
    if (!notice) return;
    this.#timer = window.setTimeout(
      () => this.viewer.dismissNotice(),
      isGood(notice) ? STAY_MS.good : STAY_MS.bad,
    );
  }

  protected override render(): TemplateResult {
    const { notice } = this.view;
    return html`<div class="notices" role="status" aria-live="polite">${notice ? this.#show(notice) : nothing}</div>`;
  }

  #show(notice: Notice): TemplateResult {
    const good = isGood(notice);
    const confirmed = notice.kind === "outcome" && good;
    return html`<div class="notice ${good ? "good" : "bad"}" data-testid=${confirmed ? "check-done" : "notice"}>
      ${good ? icons.check : icons.warn}
      <p>${sentence(notice)}</p>
      <button class="tool" aria-label=${t("notice.close")} @click=${() => this.viewer.dismissNotice()}>${icons.close}</button>
    </div>`;
  }
}

function isGood(notice: Notice): boolean {
  return (
    notice.kind === "answer_kept" ||
    notice.kind === "counts_again" ||
    (notice.kind === "outcome" && notice.outcome === "confirmed")
  );
}

function sentence(notice: Notice): TemplateResult {
  switch (notice.kind) {
    case "outcome":
      if (notice.outcome === "confirmed") {
        return html`<b>${t("check.confirmed", { time: timeOfDay(notice.at_ms) })}</b>`;
      }
      return html`<b>${t("check.missed", { time: timeOfDay(notice.at_ms) })}</b> ${t("check.missed_meaning")}`;
    case "not_counted":
      return html`${t("notice.not_counted", { time: minutes(notice.for_ms) })}`;
    case "asleep":
      return html`${t("notice.asleep", { time: minutes(notice.for_ms) })}`;
    case "muted":
      return html`${t("sound.muted_hides")}`;
    case "expired":
      return html`${t("check.expired")}`;
    case "answer_kept":
      return html`${t("check.answer_kept")}`;
    case "counts_again":
      return html`<b>${t("stopped.again")}</b>`;
    case "in_memory":
      return html`${t("notice.in_memory")}`;
  }
}

customElements.define("rollcall-notice", NoticeView);
