// Both languages say everything, with the same blanks to fill, and nothing that no page says.
import { expect, test } from "vitest";
import en from "../generated/en.json";
import ru from "../generated/ru.json";

type Entry = string | Record<string, string>;

/** Keys put together at run time; `tsc` checks those with a closed set of endings. */
const COMPOSED = [
  /^refusal\./,
  /^status\./,
  /^chat\.refused\./,
  /^chat\.show\.(all|questions)$/,
  /^(chat|progress|quiz|poll|materials|programme)\.title$/,
  /^progress\.(recovered|unverified|voided)$/,
  /^(quiz|poll)\.refused\./,
  /^quiz\.(kind|results|ended_by|verdict)\.\w+$/,
  /^(progress\.)?quiz\.hidden\.(after_close|never)$/,
  /^quiz\.(pending|passed|failed)$/,
  /^selftest\.(picture|sound|check|line|clock|storage|site)$/,
  /^selftest\.(all|grade)\.(good|note|bad)$/,
  /^selftest\.(sound|check)\.ask$/,
];

const SOURCES = import.meta.glob<string>("../{embed,shared}/**/*.ts", {
  query: "?raw",
  import: "default",
  eager: true,
});

function blanks(entry: Entry): string[] {
  const forms = typeof entry === "string" ? [entry] : Object.values(entry);
  const each = forms.map((form) => [...form.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort());
  return [...new Set(each.map((names) => names.join()))];
}

test("the languages have the same sentences with the same blanks", () => {
  const shape = (catalogue: object) =>
    Object.entries(catalogue).map(([key, entry]) => [key, blanks(entry as Entry)]);
  expect(shape(ru)).toEqual(shape(en));
});

test("no sentence is empty", () => {
  const forms = [ru, en].flatMap((catalogue) => Object.values(catalogue as Record<string, Entry>));
  const texts = forms.flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry)));
  expect(texts.filter((text) => text.trim() === "")).toEqual([]);
});

test("every sentence is used", () => {
  const text = Object.values(SOURCES).join("\n");
  const unused = Object.keys(ru).filter(
    (key) => !text.includes(`"${key}"`) && !COMPOSED.some((pattern) => pattern.test(key)),
  );
  expect(unused).toEqual([]);
});
