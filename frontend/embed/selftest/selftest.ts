/**
 * The self-test: before the event a participant sees whether this browser, this line and this site will do, hears the
 * chime, answers a sample check, and has a report for support. Fetched when it is asked for.
 */
import "../styles/selftest.css";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { onLanguage, t } from "../../shared/i18n";
import { Redraw } from "../../shared/store";
import { Chime } from "../playback/chime";
import { icons } from "../ui/icons";
import {
  type Finding,
  type Findings,
  type Grade,
  judgeCheck,
  judgeClock,
  judgeLine,
  judgePicture,
  judgeSite,
  judgeSound,
  judgeStorage,
  overall,
  SUBJECTS,
  type Subject,
} from "./findings";
import { lookAtLine, lookAtPicture, lookAtSite, lookAtStorage } from "./measure";
import { showSample } from "./sample";

const BADGES = { good: icons.check, note: icons.warn, bad: icons.close } as const;

export class SelfTest extends LitElement {
  static override properties = {
    media: { attribute: false },
    findings: { state: true },
    rung: { state: true },
  };
  declare media: string;
  declare findings: Findings;
  /** The chime has sounded, and the viewer is to say whether it was heard. */
  declare rung: boolean;
  readonly #chime = new Chime();
  #round = 0;

  constructor() {
    super();
    this.findings = {};
    this.rung = false;
    new Redraw(this, onLanguage);
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override firstUpdated(): void {
    this.querySelector("dialog")?.showModal();
    void this.#measure();
  }

  protected override render(): TemplateResult {
    return html`<dialog class="selftest" data-testid="selftest" data-overall=${overall(this.findings) ?? "running"}
      aria-labelledby="selftest-title" @close=${() => this.remove()}>
      <header><h2 id="selftest-title">${t("selftest.title")}</h2>
        <button class="tool" aria-label=${t("selftest.close")} title=${t("selftest.close")} @click=${this.#close}>
          ${icons.close}</button></header>
      <p class="selftest-lead ${overall(this.findings) ?? ""}" role="status">${this.#lead()}</p>
      <ul>${SUBJECTS.map((subject) => this.#row(subject))}</ul>
      <details><summary>${t("selftest.report")}</summary>
        <pre tabindex="0" data-testid="selftest-report">${this.#report()}</pre></details>
      <footer>
        <button class="plain" @click=${() => void this.#measure()}>${t("selftest.again")}</button>
        <button class="primary" @click=${this.#close}>${t("selftest.close")}</button>
      </footer>
    </dialog>`;
  }

  #lead(): string {
    const all = overall(this.findings);
    return all === null ? t("selftest.running") : t(`selftest.all.${all}`);
  }

  #row(subject: Subject): TemplateResult {
    const finding = this.findings[subject];
    return html`<li class=${finding?.grade ?? "waits"} data-subject=${subject} data-grade=${finding?.grade ?? nothing}>
      <span class="mark">${finding ? BADGES[finding.grade] : isAsked(subject) ? icons.none : spinner}</span>
      <div><h3>${t(`selftest.${subject}`)}${finding ? html`<span class="spoken">: ${gradeName(finding.grade)}</span>` : nothing}</h3>
        <p>${finding ? said(finding) : t(isAsked(subject) ? `selftest.${subject}.ask` : "selftest.measuring")}</p>
        ${finding?.advice ? html`<p class="advice">${t(finding.advice)}</p>` : nothing}</div>
      ${isAsked(subject) ? this.#act(subject) : nothing}
    </li>`;
  }

  #act(subject: "sound" | "check"): TemplateResult {
    if (subject === "check") {
      return html`<button class="plain" data-testid="selftest-check" @click=${this.#sample}>${t("selftest.check.show")}</button>`;
    }
    if (!this.rung) {
      return html`<button class="plain" data-testid="selftest-sound" @click=${this.#ring}>${t("selftest.sound.play")}</button>`;
    }
    return html`<span class="answers" role="group" aria-label=${t("selftest.sound.heard")}>
      <button class="plain" data-testid="selftest-heard" @click=${() => this.#heard(true)}>${t("selftest.yes")}</button>
      <button class="plain" @click=${() => this.#heard(false)}>${t("selftest.no")}</button></span>`;
  }

  async #measure(): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    const { sound, check } = this.findings;
    this.findings = {
      ...(sound ? { sound } : {}),
      ...(check ? { check } : {}),
      site: judgeSite(lookAtSite()),
    };
    const note = (found: Findings) => {
      if (round === this.#round) this.findings = { ...this.findings, ...found };
    };
    void lookAtPicture().then((seen) => note({ picture: judgePicture(seen) }));
    void lookAtStorage().then(
      (kept) => note({ storage: judgeStorage(kept) }),
      () => note({ storage: judgeStorage(false) }),
    );
    const { line, ahead_ms } = await lookAtLine(this.media);
    note({ line: judgeLine(line), clock: judgeClock(ahead_ms) });
  }

  async #ring(): Promise<void> {
    this.#chime.unlock();
    this.rung = await this.#chime.ring();
    if (!this.rung) this.#heard(null);
  }

  #heard(heard: boolean | null): void {
    this.rung = false;
    this.findings = { ...this.findings, sound: judgeSound(heard) };
  }

  #sample(): void {
    const ring = () => void this.#chime.ring();
    this.#chime.unlock();
    showSample(this, ring, (answered_ms) => {
      this.findings = { ...this.findings, check: judgeCheck(answered_ms) };
    });
  }

  #close(): void {
    this.querySelector("dialog")?.close();
  }

  /** Of the browser and what was found; no name, no ID, no link. */
  #report(): string {
    const found = SUBJECTS.map((subject) => {
      const finding = this.findings[subject];
      return `${t(`selftest.${subject}`)}: ${finding ? `${gradeName(finding.grade)}. ${said(finding)}` : "-"}`;
    });
    const screen = `${innerWidth} × ${innerHeight} @ ${devicePixelRatio}`;
    return [
      `Rollcall · ${this.media} · ${new Date().toISOString()}`,
      navigator.userAgent,
      screen,
      ...found,
    ].join("\n");
  }
}

function isAsked(subject: Subject): subject is "sound" | "check" {
  return subject === "sound" || subject === "check";
}

function said({ text, values }: Finding): string {
  return t(text, values);
}

function gradeName(grade: Grade): string {
  return t(`selftest.grade.${grade}`);
}

const spinner = html`<span class="spinner" aria-hidden="true"></span>`;

customElements.define("rollcall-selftest", SelfTest);
