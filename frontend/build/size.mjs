// Prints what the embedded page weighs on the wire and fails the build when our own part outgrows its budget.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 60;
const pages = resolve(import.meta.dirname, "../../src/rollcall/web/pages");
const manifest = JSON.parse(readFileSync(resolve(pages, "manifest.json"), "utf8"));

const zipped_kb = (file) => gzipSync(readFileSync(resolve(pages, file))).length / 1024;

function filesOf(key, seen = new Set()) {
  const chunk = manifest[key];
  if (!chunk || seen.has(chunk.file)) return seen;
  for (const file of [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]) seen.add(file);
  for (const next of chunk.imports ?? []) filesOf(next, seen);
  return seen;
}

const files = [...filesOf("embed.html"), ...filesOf("generated/ru.json")].map((file) => ({
  file,
  kb: zipped_kb(file),
}));
const first = new Set(files.map(({ file }) => file));
const more_kb = (entry) =>
  [...filesOf(entry)].filter((file) => !first.has(file)).reduce((sum, file) => sum + zipped_kb(file), 0);
const chat_kb = more_kb("embed/chat/chat.ts");
const quiz_kb = more_kb("embed/quiz/tab.ts");
const poll_kb = more_kb("embed/poll/tab.ts");
const aside_kb = more_kb("embed/aside/tab.ts");
const selftest_kb = more_kb("embed/selftest/selftest.ts");
const own_kb = files.filter(({ file }) => !file.includes("hls")).reduce((sum, { kb }) => sum + kb, 0);
const all_kb = files.reduce((sum, { kb }) => sum + kb, 0);
process.stdout.write(
  `embed page, gzip: ${own_kb.toFixed(1)} KB ours (budget ${BUDGET_KB}), ${all_kb.toFixed(1)} KB in all; then ${chat_kb.toFixed(1)} KB for the chat, ${quiz_kb.toFixed(1)} when there is a quiz, ${poll_kb.toFixed(1)} a poll, ${aside_kb.toFixed(1)} materials and programme, ${selftest_kb.toFixed(1)} for the self-test\n`,
);
if (own_kb > BUDGET_KB) process.exit(1);
