/**
 * One opened player: joins socket, evidence, playback, checks, quizzes, polls and chat, and keeps the view of them up to date.
 *
 * Each message of the server and each act of the viewer is one method here. It draws nothing.
 */
import type { Store } from "../shared/store";
import type { Opened, PromptClosed, ViewerIn, ViewerOut } from "../shared/wire";
import { Talk } from "./chat/talk";
import { Checks } from "./check/checks";
import { farewell } from "./connection/exchange";
import type { Line } from "./connection/line";
import { openLine } from "./connection/open";
import { EvidenceDesk, type Shelf } from "./evidence/desk";
import type { Keep } from "./host/keep";
import type { ParentPage, Place, Wish } from "./host/parent";
import { PlayerEvents } from "./host/player_events";
import { refusalFor, refusalForClose } from "./host/redeem";
import { Chime } from "./playback/chime";
import { tokenOf } from "./playback/path";
import { Playback } from "./playback/playback";
import { Uncounted } from "./playback/uncounted";
import { PollVoter } from "./poll/voter";
import { KeptAnswers } from "./quiz/kept";
import { QuizTaker } from "./quiz/taker";
import { Fetcher } from "./ui/fetched";
import type { View } from "./view";

const PROGRESS_EVERY_MS = 10_000;

/** What opens the player: the media, the grant for it, where its evidence is kept. `ended`: it has let go of it. */
export interface Admission {
  readonly media: string;
  readonly grant: string;
  /** The participant has chosen to watch here rather than in another player. */
  readonly takeOver: boolean;
  readonly shelf: Shelf;
  /** What is recorded survives this page. */
  readonly kept: boolean;
  /** Of this tab, for a reload. */
  readonly tab: Keep;
  ended(): void;
}

export class Viewer {
  readonly playback: Playback;
  readonly chime = new Chime();
  readonly checks: Checks;
  readonly quizzes: QuizTaker;
  readonly chat: Talk;
  readonly polls: PollVoter;
  readonly aside: Fetcher;
  readonly #view: Store<View>;
  readonly #parent: ParentPage;
  readonly #line: Line;
  readonly #desk: EvidenceDesk;
  readonly #uncounted: Uncounted;
  readonly #events: PlayerEvents;
  readonly #admission: Admission;
  #askProgress_ms = Number.POSITIVE_INFINITY;
  #takeOver: boolean;

  constructor(view: Store<View>, parent: ParentPage, video: HTMLVideoElement, admission: Admission) {
    this.#view = view;
    this.#parent = parent;
    this.#events = new PlayerEvents((message) => parent.tell(message));
    this.#admission = admission;
    this.#takeOver = admission.takeOver;
    const serverNow = () => Date.now() + this.#view.value.serverOffset_ms;
    this.playback = new Playback(video, () => this.#looked(), serverNow);
    this.#uncounted = new Uncounted(this.playback);
    this.#desk = new EvidenceDesk(
      () => this.playback.sample(),
      (message) => this.#line.send(message),
      admission.shelf,
    );
    this.checks = new Checks(
      view,
      parent,
      this.chime,
      (kind, check, detail) => {
        this.#desk.mark(kind, check, detail);
        this.#refresh(performance.now());
      },
      () => this.playback.uncover(),
    );
    this.quizzes = new QuizTaker(
      view,
      (message) => this.#line.send(message),
      new KeptAnswers(admission.tab),
      () => import("./quiz/tab"),
    );
    this.chat = new Talk(
      view,
      (message) => this.#line.send(message),
      () => import("./chat/chat"),
    );
    this.polls = new PollVoter(
      view,
      (message) => this.#line.send(message),
      admission.tab,
      new Fetcher(view, "pollPart", () => import("./poll/tab")),
    );
    this.aside = new Fetcher(view, "asidePart", () => import("./aside/tab"));
    this.#line = openLine(
      admission.media,
      {
        hello: () => this.#hello(),
        message: (message) => this.#receive(message),
        lost: () => this.#lost(),
        stopped: (code) => this.#stopped(code),
      },
      () => this.#view.value.prompts.length > 0,
    );
  }

  /** About once a second, also in a hidden page. */
  pulse(): void {
    const now_ms = performance.now();
    this.playback.pulse(now_ms);
    this.#line.pulse();
    this.#desk.look();
    this.checks.expire(now_ms);
    this.quizzes.pulse();
    this.chat.pulse(now_ms);
    this.polls.pulse();
    if (now_ms >= this.#askProgress_ms) this.#ask(now_ms);
    this.#tellPicture(now_ms);
    this.#refresh(now_ms);
  }

  visibility(): void {
    const visible = document.visibilityState === "visible";
    this.#desk.flush();
    this.quizzes.flush();
    if (visible) void this.#wake();
  }

  /** The page is being left, perhaps for good. */
  leave(): void {
    this.quizzes.flush();
    const last = this.#desk.exit();
    if (last) farewell(this.#admission.media, last);
  }

  /** The browser is about to stop everything here. */
  freeze(): void {
    this.#desk.flush();
    this.quizzes.flush();
  }

  /** Nothing ran here until now: the page was frozen, or in the browser's cache. */
  thaw(): void {
    this.#desk.thaw();
    void this.#wake();
  }

  online(): void {
    this.#line.probe({ type: "ask_progress" });
  }

  obey(wish: Wish): void {
    if (wish.type === "play") void this.playback.play();
    else if (wish.type === "pause") this.playback.pause();
    else if (wish.type === "mute") this.playback.mute();
    else if (wish.type === "volume") this.playback.setVolume(wish.volume);
    else if (wish.type === "seek") this.#seekAsTold(wish.position_s);
    else void this.playback.unmute();
  }

  /** The viewer moves to another place. */
  seek(position_s: number): void {
    this.playback.seek(position_s);
    this.#parent.tell({ type: "seek", ...this.#place(Math.round(position_s * 1000)) });
  }

  /** The viewer goes back in the broadcast, to be so far behind it; 0: to live. */
  goBack(behind_s: number): void {
    this.playback.goBack(behind_s);
    const now_ms = Date.now() + this.#view.value.serverOffset_ms;
    this.#parent.tell({ type: "seek", ...this.#place(Math.round(now_ms - behind_s * 1000)) });
  }

  /** The site may move to a place of a recording; a broadcast is watched as it comes. */
  #seekAsTold(position_s: number): void {
    if (this.#view.value.media?.kind === "recording") this.seek(position_s);
  }

  fullScreen(on: boolean): void {
    this.#parent.tell({ type: "full_screen", on });
  }

  focused(focused: boolean): void {
    this.#parent.tell({ type: "focus", focused });
  }

  followProgress(follow: boolean): void {
    this.#askProgress_ms = follow ? 0 : Number.POSITIVE_INFINITY;
    if (follow) this.#ask(performance.now());
  }

  dismissNotice(): void {
    this.#view.set({ notice: null });
  }

  #hello(): Extract<ViewerIn, { type: "hello" }> {
    const play = this.#desk.ref;
    const chat = this.#view.value.room.version;
    const take_over = this.#takeOver;
    return { type: "hello", grant: this.#admission.grant, ...(play ? { play } : {}), chat, take_over };
  }

  #receive(message: ViewerOut): void {
    const view = this.#view;
    if (message.type !== "tick") this.#desk.look();
    switch (message.type) {
      case "tick":
        this.#desk.tick(message);
        view.set({ serverOffset_ms: message.at_ms - Date.now() });
        break;
      case "opened":
        this.#opened(message);
        break;
      case "ack":
        this.#desk.acknowledged(message.durable);
        this.#refresh(performance.now());
        break;
      case "gap":
        this.#desk.gap(message.expected);
        break;
      case "slow_down":
        this.#desk.slowDown(message.ms);
        break;
      case "prompt":
        this.checks.asked(message);
        break;
      case "prompt_closed":
        this.#checkClosed(message);
        break;
      case "counting":
        this.checks.counting(message);
        break;
      case "chat":
      case "chat_history":
      case "chat_questions":
      case "chat_state":
      case "chat_me":
      case "not_said":
        this.chat.heard(message, performance.now());
        break;
      case "media":
        this.#media(message);
        break;
      case "playlist":
        this.#path(message.path);
        break;
      case "progress":
        view.set({ progress: message });
        break;
      case "quiz":
      case "quiz_attempt":
      case "quiz_question":
      case "quiz_saved":
      case "quiz_result":
      case "quiz_refused":
        this.quizzes.heard(message);
        break;
      case "poll":
      case "poll_voted":
      case "poll_results":
      case "poll_refused":
        this.polls.heard(message);
        break;
      case "aside":
        view.set({ aside: message });
        break;
      case "refused":
        view.set({ refusal: refusalFor(message.code) });
        break;
    }
  }

  #opened(opened: Opened): void {
    this.checks.connected();
    this.#takeOver = false;
    this.#path(opened.playlist);
    this.#desk.opened({ id: opened.play, upload_key: opened.upload_key }, opened.tick, opened.durable);
    this.#view.set({
      phase: "watching",
      retrying: false,
      userName: opened.user_name,
      serverOffset_ms: opened.now_ms - Date.now(),
      link: this.#desk.waiting > 0 && this.#view.value.link === "kept" ? "sending" : "open",
    });
    this.#media(opened.media);
    this.quizzes.opened();
    this.chat.opened();
    this.polls.opened();
    this.aside.retry();
  }

  #path(playlist: string): void {
    this.playback.stream.use(playlist);
    this.#view.set({ pathToken: tokenOf(playlist) });
  }

  #media(media: Opened["media"]): void {
    this.playback.expect(media);
    this.#view.set({ media });
    this.pulse();
  }

  #checkClosed(closed: PromptClosed): void {
    this.checks.closed(closed);
    if (Number.isFinite(this.#askProgress_ms)) this.#ask(performance.now());
  }

  #lost(): void {
    this.#desk.lost();
    this.quizzes.lost();
    this.chat.lost();
    this.polls.lost();
    // From now on the banner says what this notice has said.
    if (this.#view.value.notice?.kind === "in_memory") this.dismissNotice();
    this.#view.set({ link: this.#view.value.phase === "watching" ? "kept" : "connecting", retrying: true });
  }

  #stopped(code: number): void {
    this.playback.pause();
    this.playback.stream.stop();
    const refusal = this.#view.value.refusal ?? refusalForClose(code, this.#view.value.phase === "watching");
    this.#view.set({ phase: "refused", refusal, prompts: [] });
    void this.#desk.end().then(() => this.#admission.ended());
    this.#parent.tell({ type: "access_denied", code: refusal.code });
  }

  async #wake(): Promise<void> {
    this.online();
    const notice = await this.#uncounted.wake(performance.now());
    if (notice) this.#view.set({ notice });
  }

  #ask(now_ms: number): void {
    this.#askProgress_ms = now_ms + PROGRESS_EVERY_MS;
    this.#line.send({ type: "ask_progress" });
  }

  #looked(): void {
    const now_ms = performance.now();
    this.#desk.look();
    this.#refresh(now_ms);
    this.#tellPicture(now_ms);
  }

  #tellPicture(now_ms: number): void {
    const { state, media_ms } = this.playback.sample();
    this.#events.look({ state, ...this.#place(media_ms) }, now_ms);
  }

  #place(position_ms: number): Place {
    const { duration } = this.playback.video;
    return { position_ms, duration_ms: Number.isFinite(duration) ? Math.round(duration * 1000) : 0 };
  }

  #refresh(now_ms: number): void {
    const { link, notice, journalKept } = this.#view.value;
    const waiting = this.#desk.waiting;
    const sent = link === "sending" && waiting === 0;
    const kept = this.#admission.kept && this.#desk.lasting;
    const playback = this.playback.view(now_ms);
    const warning =
      kept || !journalKept ? this.#uncounted.look(playback, now_ms) : ({ kind: "in_memory" } as const);
    this.#view.set({
      waiting,
      journalKept: kept,
      link: sent ? "open" : link,
      playback,
      notice: notice ?? warning,
    });
  }
}
