/** Naming somebody in a message: what is typed after an @, who may be meant, and where a text names whom. Pure. */

export interface Person {
  readonly number: number;
  readonly label: string;
}

/** What is being typed: from the @ at `from` to the caret. */
export interface Typed {
  readonly from: number;
  readonly text: string;
}

const MOST = 6;
const LONGEST = 40;

/** The name that is being typed at the caret, if one is: an @ at the beginning of a word. */
export function typedName(text: string, caret: number): Typed | null {
  const before = text.slice(0, caret);
  const from = before.lastIndexOf("@");
  if (from < 0 || (from > 0 && !/[\s(«"]/.test(before.charAt(from - 1)))) return null;
  const typed = before.slice(from + 1);
  return typed.length > LONGEST || /[\n@]|\s\S*\s\S*\s/.test(typed) ? null : { from, text: typed };
}

/** Who may be meant, in their order: some word of the label begins so. */
export function meant(people: readonly Person[], typed: string): Person[] {
  const wanted = typed.toLocaleLowerCase();
  return people.filter(({ label }) => starts(label.toLocaleLowerCase(), wanted)).slice(0, MOST);
}

function starts(label: string, wanted: string): boolean {
  if (label.startsWith(wanted)) return true;
  return label.split(/\s+/).some((word) => word.startsWith(wanted));
}

/** The text with the name put in, and where the caret is then. */
export function named(text: string, typed: Typed, label: string): { text: string; caret: number } {
  const head = `${text.slice(0, typed.from)}@${label} `;
  const tail = text.slice(typed.from + 1 + typed.text.length).replace(/^ /, "");
  return { text: head + tail, caret: head.length };
}

/** Those of these people whom the text names still. */
export function stillNamed(text: string, people: readonly Person[]): Person[] {
  return people.filter(({ label }) => text.includes(`@${label}`));
}

export interface Part {
  readonly text: string;
  readonly person: Person | null;
}

/** The text in parts, where it names one of these people. */
export function parts(text: string, people: readonly Person[]): Part[] {
  const longest = [...people].sort((a, b) => b.label.length - a.label.length);
  const found: Part[] = [];
  let end = 0;
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1)) {
    const person = longest.find(({ label }) => text.startsWith(label, at + 1));
    if (!person) continue;
    if (at > end) found.push({ text: text.slice(end, at), person: null });
    end = at + 1 + person.label.length;
    found.push({ text: text.slice(at, end), person });
  }
  if (end < text.length) found.push({ text: text.slice(end), person: null });
  return found;
}
