/** What there is to do in a check's dialog: one button, a code to type, or choices. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../shared/i18n";
import { icons } from "../ui/icons";
import { entriesLeft, type OpenPrompt } from "./prompts";

/** `trusted`: a person's input, not a program's. */
export type Answer = (given: string | null, trusted: boolean) => void;

/** What to do, where the organiser says nothing. */
export const HINTS = {
  click: "check.text_click",
  code: "check.text_code",
  question: "check.text_question",
} as const;

const DIGITS = 4;

export function answering(
  prompt: OpenPrompt,
  ring: TemplateResult,
  over: boolean,
  answer: Answer,
): TemplateResult {
  if (prompt.kind === "code" && prompt.code !== null) return code(prompt, prompt.code, ring, over, answer);
  if (prompt.question) return question(prompt.question, ring, over, answer);
  return html`<div class="check-act">${ring}
    <button class="primary check-confirm" data-testid="check-confirm" ?disabled=${over}
      @click=${(event: MouseEvent) => answer(null, event.isTrusted)}>
      ${icons.check}<span>${t("check.confirm")}</span></button></div>`;
}

/** What has the keyboard first: the field or the choices, else the button. */
export function fieldOf(dialog: HTMLDialogElement): HTMLElement | null {
  return dialog.querySelector<HTMLElement>("input:not(:disabled)") ?? dialog.querySelector("button");
}

function code(
  prompt: OpenPrompt,
  digits: string,
  ring: TemplateResult,
  over: boolean,
  answer: Answer,
): TemplateResult {
  const left = entriesLeft(prompt);
  const closed = over || left < 0;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem("code") as HTMLInputElement;
    if (field.value.length !== DIGITS) return;
    answer(field.value, event.isTrusted);
    if (field.value !== digits) field.select();
  };
  return html`<form class="check-form" @submit=${submit}>
    <div class="check-act">${ring}
      <p class="check-code" data-testid="check-code" aria-label=${t("check.code_is", { code: [...digits].join(" ") })}>
        ${digits}</p></div>
    <div class="check-entry">
      <input name="code" data-testid="check-entry" type="text" inputmode="numeric" autocomplete="off" maxlength=${DIGITS}
        pattern="[0-9]{${DIGITS}}" required aria-label=${t("check.code_field")} ?disabled=${closed}
        aria-invalid=${prompt.wrong > 0 ? "true" : "false"} aria-describedby="check-wrong-${prompt.check}"/>
      <button class="primary check-confirm" data-testid="check-confirm" ?disabled=${closed}>
        ${icons.check}<span>${t("check.code_confirm")}</span></button>
    </div>
    <p class="check-wrong" id="check-wrong-${prompt.check}" role="alert">${prompt.wrong > 0 ? wrong(left) : nothing}</p>
  </form>`;
}

function wrong(left: number): string {
  return left < 0 ? t("check.code_spent") : t("check.code_wrong", { count: left + 1 });
}

function question(
  asked: NonNullable<OpenPrompt["question"]>,
  ring: TemplateResult,
  over: boolean,
  answer: Answer,
): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const chosen = new FormData(event.target as HTMLFormElement).get("choice");
    if (typeof chosen === "string") answer(chosen, event.isTrusted);
  };
  return html`<form class="check-form" @submit=${submit}>
    <fieldset class="check-choices" ?disabled=${over}>
      <legend>${asked.text}</legend>
      ${asked.choices.map(
        (choice, index) => html`<label data-testid="check-choice">
          <input type="radio" name="choice" value=${String(index)} required/><span>${choice}</span></label>`,
      )}
    </fieldset>
    <div class="check-act">${ring}
      <button class="primary check-confirm" data-testid="check-confirm" ?disabled=${over}>
        ${icons.check}<span>${t("check.answer")}</span></button></div>
  </form>`;
}
