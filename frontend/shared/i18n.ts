/**
 * The page's language: sentences from the gettext catalogues, plurals, and the language in use.
 *
 * Catalogues are turned into JSON at build and loaded one at a time. Components redraw on `onLanguage`.
 */
import type catalogue from "../generated/en.json";

export type Language = "ru" | "en";
export type Key = Extract<keyof typeof catalogue, string>;
export type Values = Readonly<Record<string, string | number>>;
type Entry = string | Readonly<Record<string, string>>;

const LOADERS: Record<Language, () => Promise<{ default: unknown }>> = {
  ru: () => import("../generated/ru.json"),
  en: () => import("../generated/en.json"),
};

let current: Language = "ru";
let entries: Readonly<Record<string, Entry>> = {};
let plurals = new Intl.PluralRules("ru");
const listeners = new Set<() => void>();

export function language(): Language {
  return current;
}

export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export async function useLanguage(next: Language): Promise<void> {
  const loaded = await LOADERS[next]();
  entries = loaded.default as Record<string, Entry>;
  current = next;
  plurals = new Intl.PluralRules(next);
  document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

/** The sentence for `key`; `count` chooses the plural form, `{name}` takes `values.name`. */
export function t(key: Key, values: Values = {}): string {
  const entry = entries[key] ?? key;
  const text = typeof entry === "string" ? entry : (entry[plurals.select(Number(values.count))] ?? key);
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** True for a key that the catalogues have: codes come from the server and may be newer than this page. */
export function isKey(key: string): key is Key {
  return key in entries;
}
