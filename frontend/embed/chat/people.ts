/** What the people of a chat are called on this page. */
import { t } from "../../shared/i18n";
import type { ChatItem } from "../../shared/wire";
import type { Person } from "./mention";

type Named = Pick<ChatItem, "by" | "author">;

/** The organiser's number. */
export const ORGANISER = 0;

/** What somebody is called: the name, or the number where that is all that is known. */
export function label({ by, author }: Named): string {
  if (author !== null) return author;
  return by === ORGANISER ? t("chat.organiser") : t("chat.participant", { number: by });
}

/** Who has written lately, the latest first, each once. */
export function latest(items: readonly ChatItem[], me: number | null, most = 300): Person[] {
  const found = new Map<number, Person>();
  for (const item of items.slice(-most).reverse()) {
    if (item.by === ORGANISER || item.by === me || found.has(item.by)) continue;
    found.set(item.by, { number: item.by, label: label(item) });
  }
  return [...found.values()];
}

/** Those of these numbers whose names the messages tell. */
export function named(items: readonly ChatItem[], numbers: readonly number[]): Person[] {
  const found = new Map<number, Person>();
  for (let at = items.length - 1; at >= 0 && found.size < numbers.length; at -= 1) {
    const item = items[at];
    if (item && numbers.includes(item.by)) found.set(item.by, { number: item.by, label: label(item) });
  }
  return [...found.values()];
}
