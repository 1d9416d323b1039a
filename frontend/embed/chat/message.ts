/** How one chat message looks. What can be done with it is told to whoever draws the list. */
import { html, nothing, type TemplateResult } from "lit";
import { isKey, language, t } from "../../shared/i18n";
import type { ChatItem, ChatOwn, ChatQuote } from "../../shared/wire";
import { icons } from "../ui/icons";
import { linked } from "./linked";
import { type Person, parts } from "./mention";
import { label, ORGANISER } from "./people";
import type { Pending } from "./room";

/** What a message is drawn for, and what may be done with it. */
export interface Around {
  readonly me: number | null;
  readonly voted: readonly number[];
  /** The participant may write. */
  readonly writes: boolean;
  /** Those who are named in it. */
  readonly people: readonly Person[];
  reply(item: ChatItem): void;
  vote(item: ChatItem, on: boolean): void;
}

/** `active`: it has the keyboard, so its buttons can be reached by it. */
export function said(item: ChatItem, around: Around, active: boolean): TemplateResult {
  const own = item.by === around.me;
  const named = around.me !== null && item.mentions.includes(around.me);
  const kind = item.by === ORGANISER ? "organiser" : own ? "own" : "";
  return html`<div class="said ${kind} ${item.kind} ${named ? "named" : ""}">
    <p class="author"><bdi><b>${own ? t("chat.you") : label(item)}</b></bdi>
      ${tag(item)} ${named ? html`<span class="spoken">${t("chat.names_you")}</span>` : nothing}
      <time datetime=${new Date(item.at_ms).toISOString()}>${hourMinute(item.at_ms)}</time>
      ${around.writes ? replyButton(item, around, active) : nothing}</p>
    ${item.reply ? quoted(item.reply, around.me) : nothing}
    <p class="text" dir="auto">${linked(item.text, (text) => withNames(text, around))}</p>
    ${item.kind === "question" ? question(item, around, own, active) : nothing}</div>`;
}

/** An own message that the server has not yet returned. */
export function sending(each: Pending, discard: () => void): TemplateResult {
  const reason = `chat.refused.${each.refused}`;
  const why = each.refused !== null && isKey(reason) ? t(reason) : t("chat.refused");
  const status =
    each.refused !== null ? why : each.again_ms !== null ? t("chat.said_later") : t("chat.sending");
  return html`<div class="said own pending ${each.kind}"><p class="author"><b>${t("chat.you")}</b>
    <span class=${each.refused === null ? "" : "refused"}>${status}</span>
    ${
      each.refused === null
        ? nothing
        : html`<button class="small-tool" aria-label=${t("chat.discard")} title=${t("chat.discard")} @click=${discard}>${icons.close}</button>`
    }</p><p class="text" dir="auto">${linked(each.text)}</p></div>`;
}

/** An own message that the others do not see. */
export function unseen(each: ChatOwn): TemplateResult {
  const waits = each.state === "waiting";
  return html`<div class="said own pending ${each.kind}"><p class="author"><b>${t("chat.you")}</b>
    <span class=${waits ? "" : "refused"}>${waits ? t("chat.waits") : t("chat.rejected")}</span>
    <time datetime=${new Date(each.at_ms).toISOString()}>${hourMinute(each.at_ms)}</time></p>
    <p class="text" dir="auto">${linked(each.text)}</p></div>`;
}

function tag(item: ChatItem): TemplateResult | typeof nothing {
  if (item.kind === "question") return html`<span class="tag">${t("chat.question_tag")}</span>`;
  if (item.by !== ORGANISER) return nothing;
  const shown = item.reply?.question ? t("chat.answer") : t("chat.organiser");
  return shown === item.author ? nothing : html`<span class="tag">${shown}</span>`;
}

function quoted(reply: ChatQuote, me: number | null): TemplateResult {
  const author = reply.by === me && me !== null ? t("chat.you") : label(reply);
  return html`<blockquote class="quoted"><bdi><b>${author}</b></bdi>
    <span dir="auto">${reply.text ?? html`<i>${t("chat.removed")}</i>`}</span></blockquote>`;
}

function withNames(text: string, { people, me }: Around): unknown {
  if (people.length === 0) return text;
  return parts(text, people).map(({ text: part, person }) =>
    person ? html`<b class="name ${person.number === me ? "me" : ""}">${part}</b>` : part,
  );
}

function question(item: ChatItem, around: Around, own: boolean, active: boolean): TemplateResult {
  const voted = around.voted.includes(item.id);
  const count = t("chat.votes", { count: item.votes });
  return html`<p class="asked">${
    own || !around.writes || item.answered
      ? item.votes > 0
        ? html`<span class="votes">${icons.up} ${count}</span>`
        : nothing
      : html`<button class="vote" data-testid="vote" aria-pressed=${voted} tabindex=${active ? 0 : -1}
          aria-label="${t("chat.vote")}, ${count}" title=${t("chat.vote")}
          @click=${() => around.vote(item, !voted)}>${icons.up} ${item.votes}</button>`
  } ${item.answered ? html`<span class="answered">${icons.check} ${t("chat.answered")}</span>` : nothing}</p>`;
}

function replyButton(item: ChatItem, around: Around, active: boolean): TemplateResult {
  return html`<button class="small-tool" data-testid="reply" tabindex=${active ? 0 : -1} aria-label=${t("chat.reply")}
    title=${t("chat.reply")} @click=${() => around.reply(item)}>${icons.reply}</button>`;
}

function hourMinute(at_ms: number): string {
  return new Date(at_ms).toLocaleTimeString(language(), {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}
