/**
 * A sample of a presence check: the very dialog of a real one, in a view of its own, so that nobody sees one for the
 * first time when it counts. It is asked by this page alone; nothing of it is recorded or sent.
 */
import { t } from "../../shared/i18n";
import { Store } from "../../shared/store";
import { CheckDialog } from "../check/dialog";
import { leftOf, type OpenPrompt, withDisplay } from "../check/prompts";
import { FIRST_VIEW, type View } from "../view";

const LIFETIME_MS = 20_000;
const LOOK_MS = 500;

/** Show it in `place`; `done` is told how long the answer took, null when its time ran out. */
export function showSample(
  place: HTMLElement,
  ring: () => void,
  done: (answered_ms: number | null) => void,
): void {
  const store = new Store<View>({ ...FIRST_VIEW, prompts: [sample()] });
  const dialog = new CheckDialog();
  const end = (answered_ms: number | null) => {
    clearInterval(timer);
    store.set({ prompts: [] });
    dialog.remove();
    done(answered_ms);
  };
  const prompt = () => store.value.prompts[0];
  const timer = setInterval(() => {
    const shown = prompt();
    if (shown && leftOf(shown, performance.now()) <= 0) end(null);
  }, LOOK_MS);
  dialog.store = store;
  dialog.viewer = {
    checks: {
      displayed: (check, hidden) => {
        const step = hidden ? "received" : "shown";
        const { prompts } = store.value;
        if (prompt()?.displayed_ms === null) ring();
        store.set({ prompts: withDisplay(prompts, check, step, performance.now()) });
      },
      answer: () => {
        const now_ms = performance.now();
        end(now_ms - (prompt()?.displayed_ms ?? now_ms));
      },
    },
  };
  place.append(dialog);
}

function sample(): OpenPrompt {
  return {
    check: "sample",
    proof: { issued_at_ms: 0, mac: "" },
    kind: "click",
    text: t("selftest.check.text"),
    sound: true,
    code: null,
    question: null,
    lifetime_ms: LIFETIME_MS,
    left_ms: LIFETIME_MS,
    received: false,
    shown: false,
    wrong: 0,
    answered_ms: null,
    displayed_ms: null,
    until_ms: null,
  };
}
