/** Two tabs of the panel: materials to open or to save, and the programme with whoever speaks. Fetched when looked at. */
import "../styles/aside.css";
import { html, nothing, type TemplateResult } from "lit";
import { dateOf, place, rangeWithZone, timeWithZone } from "../../shared/format";
import { language, t } from "../../shared/i18n";
import type { MaterialOut, ProgrammeItem, SpeakerOut } from "../../shared/wire";
import { linked } from "../chat/linked";
import { icons } from "../ui/icons";
import { Part } from "../ui/part";
import { endingOf, fileAddress, runningOf, webAddress } from "./aside";

const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export class MaterialsTab extends Part {
  protected override render(): TemplateResult {
    const materials = this.view.aside?.materials ?? [];
    return html`<ul class="materials" data-testid="materials">${materials.map((each) => html`<li>${this.#one(each)}</li>`)}</ul>`;
  }

  #one(material: MaterialOut): TemplateResult {
    return material.kind === "file" ? this.#file(material) : link(material);
  }

  #file(material: MaterialOut): TemplateResult {
    const name = material.file_name ?? material.title;
    const address = fileAddress(material, this.view.media?.code ?? "", this.view.pathToken);
    return html`<a class="material" data-testid="material" href=${address ?? nothing} aria-disabled=${address === null}
        download=${name}>${icons.file}<span><b>${material.title}</b>
        <small>${endingOf(name)}, ${sizeOf(material.size_bytes ?? 0)}</small></span></a>`;
  }
}

function link({ title, url }: MaterialOut): TemplateResult {
  const address = webAddress(url);
  return html`<a class="material" data-testid="material" href=${address?.href ?? nothing} target="_blank"
      rel="noopener noreferrer nofollow">${icons.link}<span><b>${title}</b>
      <small>${address?.host ?? nothing}<span class="spoken">, ${t("materials.new_tab")}</span></small></span></a>`;
}

/** "2,4 МБ". */
function sizeOf(bytes: number): string {
  const step = Math.min(SIZES.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return new Intl.NumberFormat(language(), {
    style: "unit",
    unit: SIZES[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: bytes < 1024 ** step * 10 && step > 1 ? 1 : 0,
  }).format(bytes / 1024 ** step);
}

export class ProgrammeTab extends Part {
  protected override render(): TemplateResult {
    const { aside, playback, serverOffset_ms } = this.view;
    const items = aside?.programme ?? [];
    const now_ms = Date.now() + serverOffset_ms;
    const running = runningOf(items, now_ms, (playback?.position_s ?? 0) * 1000);
    const days = items.map(({ starts_at_ms }) => (starts_at_ms === null ? "" : dateOf(starts_at_ms)));
    const dated = days.some((day) => day !== "" && day !== dateOf(now_ms));
    return html`<div class="programme" data-testid="programme">
      ${aside?.speaker ? speaking(aside.speaker) : nothing}
      <ol>${items.map((item, at) => this.#item(item, at === running, dated && days[at] !== days[at - 1] ? days[at] : ""))}</ol>
    </div>`;
  }

  #item(item: ProgrammeItem, running: boolean, day = ""): TemplateResult {
    return html`<li data-testid="programme-item" class=${running ? "running" : ""} aria-current=${running ? "time" : nothing}>
      ${day === "" ? nothing : html`<p class="programme-day">${day}</p>`}
      <p class="small">${this.#when(item)}${running ? html` <b class="programme-now">${t("programme.now")}</b>` : nothing}</p>
      <p><b>${item.title}</b></p>
      ${item.speaker ? named(item.speaker) : nothing}
    </li>`;
  }

  #when({ starts_at_ms, ends_at_ms, from_ms, to_ms }: ProgrammeItem): string {
    const zone = this.view.media?.timezone ?? "Europe/Moscow";
    if (from_ms !== null) return [from_ms, to_ms ?? from_ms].map((ms) => place(ms / 1000)).join("–");
    if (starts_at_ms === null) return "";
    if (ends_at_ms === null) return timeWithZone(starts_at_ms, zone);
    return rangeWithZone(starts_at_ms, ends_at_ms, zone);
  }
}

function speaking(speaker: SpeakerOut): TemplateResult {
  return html`<section class="speaker" aria-label=${t("programme.speaker")} data-testid="speaker">
    <p class="small">${t("programme.speaker")}</p>${named(speaker)}</section>`;
}

function named({ name, role, description }: SpeakerOut): TemplateResult {
  return html`<p class="programme-who"><span>${name}</span>${role ? html`, <span>${role}</span>` : nothing}</p>
    ${description ? html`<p class="small programme-about">${linked(description)}</p>` : nothing}`;
}

customElements.define("rollcall-materials", MaterialsTab);
customElements.define("rollcall-programme", ProgrammeTab);
