/** The polls in the panel, those that wait first: the question, its choices, the own vote, and counts as bars. */
import "../styles/poll.css";
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { language, t } from "../../shared/i18n";
import type { PollCount } from "../../shared/wire";
import { isOffline } from "../quiz/card";
import { icons } from "../ui/icons";
import { Part } from "../ui/part";
import { chosenWith, isWaiting, mayVote, type Poll, percentOf, shownResults } from "./polls";
import { sentence } from "./sentence";

export class PollTab extends Part {
  static override properties = {
    ...Part.properties,
    drafts: { state: true },
    changing: { state: true },
  };
  /** What is ticked and not yet said, by poll. */
  declare drafts: Readonly<Record<string, readonly number[]>>;
  /** The poll whose vote is being changed. */
  declare changing: string | null;
  #lead: string | null = null;

  constructor() {
    super();
    this.drafts = {};
    this.changing = null;
  }

  protected override render(): TemplateResult {
    const open = (poll: Poll) => (isWaiting(poll) ? 0 : poll.told.state === "open" ? 1 : 2);
    const polls = [...this.view.polls].reverse().sort((one, other) => open(one) - open(other));
    return html`<div class="polls" data-testid="polls">
      ${repeat(
        polls,
        ({ told }) => told.poll,
        (poll) => this.#poll(poll),
      )}
    </div>`;
  }

  protected override updated(_changed: PropertyValues): void {
    const poll = this.viewer.polls.entered() ?? this.#lead;
    this.#lead = null;
    if (poll !== null) this.querySelector<HTMLElement>(`[data-poll="${poll}"] h2`)?.focus();
  }

  #poll(poll: Poll): TemplateResult {
    const { told } = poll;
    const asks = mayVote(poll) && (!poll.voted || this.changing === told.poll) && poll.pending === null;
    return html`<section class="poll" data-poll=${told.poll} data-testid="poll" aria-labelledby="poll-${told.poll}">
      <h2 tabindex="-1" id="poll-${told.poll}">${told.question}</h2>
      <p class="small">${kindOf(poll)}</p>
      ${asks ? this.#form(poll) : this.#answered(poll)}
    </section>`;
  }

  #form(poll: Poll): TemplateResult {
    const { told, refused } = poll;
    const { poll: name, max_choices: most } = told;
    const chosen = this.#draft(poll);
    const offline = isOffline(this.view);
    const results = shownResults(poll);
    const toggle = (place: number) => {
      this.drafts = { ...this.drafts, [name]: chosenWith(chosen, place, most) };
    };
    return html`<form @submit=${(event: Event) => this.#vote(event, poll)}>
      <fieldset class="check-choices" aria-labelledby="poll-${name}">
        ${told.choices.map((choice, place) => {
          const full = most > 1 && chosen.length >= most && !chosen.includes(place);
          return html`<label data-testid="poll-choice">
            <input type=${most === 1 ? "radio" : "checkbox"} name="poll-${name}" .checked=${chosen.includes(place)}
              ?disabled=${full} @change=${() => toggle(place)}/><span>${choice}</span></label>`;
        })}
      </fieldset>
      <p class="small">${t(most === 1 ? "poll.choose_one" : "poll.choose_some", { count: most })}</p>
      <p class="poll-problem" role="alert">${refused === null ? nothing : sentence(refused)}</p>
      <p class="poll-act">
        <button class="primary" data-testid="poll-vote" ?disabled=${chosen.length === 0}>${t("poll.vote")}</button>
        ${
          poll.voted
            ? html`<button type="button" class="link" @click=${() => this.#leave(name)}>${t("poll.keep")}</button>`
            : nothing
        }
      </p>
      ${offline ? html`<p class="small" role="status">${t("poll.offline")}</p>` : nothing}
      ${poll.voted || !results?.counted ? nothing : bars(poll, results)}
      ${poll.voted || !results ? nothing : voters(results)}
    </form>`;
  }

  #answered(poll: Poll): TemplateResult {
    const results = shownResults(poll);
    return html`
      <p class="poll-state" role="status" data-testid="poll-state" data-state=${stateOf(poll)}>${this.#state(poll)}</p>
      ${results && results.counted > 0 ? bars(poll, results) : ownChoices(poll)}
      ${results ? voters(results) : nothing}
      ${later(poll)}
      ${
        mayVote(poll) && poll.voted && poll.pending === null
          ? html`<button class="link" data-testid="poll-change" @click=${() => this.#change(poll)}>${t("poll.change")}</button>`
          : nothing
      }`;
  }

  #state(poll: Poll): TemplateResult {
    const state = stateOf(poll);
    if (state === "sending" && isOffline(this.view)) return html`${icons.signal} ${t("poll.kept")}`;
    if (state === "sending") return html`${t("poll.sending")}`;
    if (state === "voted") return html`${icons.check} ${t("poll.voted")}`;
    return html`${icons.lock} ${t(poll.voted ? "poll.closed_voted" : "poll.closed")}`;
  }

  #draft({ told, choices }: Poll): readonly number[] {
    return this.drafts[told.poll] ?? choices ?? [];
  }

  #vote(event: Event, poll: Poll): void {
    event.preventDefault();
    const chosen = this.#draft(poll);
    if (chosen.length === 0) return;
    this.#leave(poll.told.poll);
    this.viewer.polls.vote(poll.told.poll, chosen);
  }

  #change({ told }: Poll): void {
    this.changing = told.poll;
    this.#lead = told.poll;
  }

  #leave(poll: string): void {
    const { [poll]: _, ...others } = this.drafts;
    this.drafts = others;
    this.changing = null;
    this.#lead = poll;
  }
}

function stateOf({ told, pending }: Poll): "sending" | "voted" | "closed" {
  if (pending !== null) return "sending";
  return told.state === "closed" ? "closed" : "voted";
}

/** Who will know what was chosen. */
function kindOf({ told }: Poll): string {
  return t(told.anonymous ? "poll.anonymous" : "poll.named");
}

/** When there will be counts to see, where there are none yet. */
function later(poll: Poll): TemplateResult | typeof nothing {
  const { told } = poll;
  if (told.state === "open" && told.show_results === "after_close") {
    return html`<p class="small">${t("poll.results_later")}</p>`;
  }
  return nothing;
}

function ownChoices({ told, choices, pending }: Poll): TemplateResult | typeof nothing {
  const own = pending?.choices ?? choices;
  if (!own) return nothing;
  return html`<ul class="poll-own">${own.map((place) => html`<li>${icons.check} ${told.choices[place]}</li>`)}</ul>`;
}

/** A bar for each choice, with its numbers as text. */
function bars({ told, choices, pending }: Poll, results: PollCount): TemplateResult {
  const own = pending?.choices ?? choices ?? [];
  return html`<ul class="poll-bars" data-testid="poll-results" aria-label=${t("poll.results")}>
      ${told.choices.map((choice, place) => {
        const count = results.chosen[place] ?? 0;
        const percent = percentOf(count, results);
        const mine = own.includes(place);
        return html`<li class=${mine ? "own" : ""} data-testid="poll-bar" data-votes=${count}>
          <p><span>${choice}${mine ? html` <i>${icons.check} ${t("poll.own")}</i>` : nothing}</span>
            <b>${t("poll.votes", { count })}${percent === null ? nothing : html` · ${whole(percent)}`}</b></p>
          <progress max=${Math.max(1, results.counted)} .value=${count} aria-hidden="true"></progress>
        </li>`;
      })}
    </ul>`;
}

function voters({ votes, counted }: PollCount): TemplateResult {
  return html`<p class="small">${t("poll.voters", { count: votes })}${votes > counted ? html` ${t("poll.held")}` : nothing}</p>`;
}

function whole(percent: number): string {
  return new Intl.NumberFormat(language(), { style: "percent" }).format(percent / 100);
}

customElements.define("rollcall-poll", PollTab);
