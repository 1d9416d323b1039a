/** How one chat message looks. Text stays text: only addresses become links, and those are harmless. */
import { html, nothing, type TemplateResult } from "lit";
import { isKey, language, t } from "../../shared/i18n";
import type { ChatItem } from "../../shared/wire";
import { pieces } from "./linkify";
import type { Pending } from "./room";

export function said(item: ChatItem): TemplateResult {
  const kind = item.organiser ? "organiser" : item.own ? "own" : "";
  return html`<li class="said ${kind}">
    <p class="author"><b>${item.own ? t("chat.you") : item.author}</b>
      ${item.organiser ? html`<span class="tag">${t("chat.organiser")}</span>` : nothing}
      <time datetime=${new Date(item.at_ms).toISOString()}>${hourMinute(item.at_ms)}</time></p>
    <p class="text">${linked(item.text)}</p></li>`;
}

/** An own message that the server has not yet returned. */
export function own(each: Pending): TemplateResult {
  const reason = `chat.refused.${each.refused}`;
  const status = each.refused === null ? t("chat.sending") : isKey(reason) ? t(reason) : t("chat.refused");
  return html`<li class="said own pending"><p class="author"><b>${t("chat.you")}</b>
    <span class=${each.refused === null ? "" : "refused"}>${status}</span></p><p class="text">${linked(each.text)}</p></li>`;
}

/** A text of somebody's, with its addresses as links. */
export function linked(text: string): unknown[] {
  return pieces(text).map((piece) =>
    piece.href
      ? html`<a href=${piece.href} target="_blank" rel="noopener noreferrer nofollow">${piece.text}</a>`
      : piece.text,
  );
}

function hourMinute(at_ms: number): string {
  return new Date(at_ms).toLocaleTimeString(language(), {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}
