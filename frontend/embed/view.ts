/** Everything the page shows, as one value; components read it and nothing else. */
import type { Aside, Media, Progress } from "../shared/wire";
import { EMPTY_ROOM, type Room } from "./chat/room";
import type { OpenPrompt, Outcome } from "./check/prompts";
import type { Stop } from "./check/stop";
import type { Refusal } from "./host/redeem";
import type { PlaybackView } from "./playback/playback";
import type { Polls } from "./poll/polls";
import type { Quizzes } from "./quiz/quizzes";
import type { Fetched } from "./ui/fetched";

/** `kept`: offline, rows are kept here. `sending`: back, what was kept is not yet all on the server's disk. */
export type Link = "connecting" | "open" | "kept" | "sending";

export type Notice =
  | { readonly kind: "outcome"; readonly outcome: Outcome; readonly at_ms: number }
  | { readonly kind: "not_counted" | "asleep"; readonly for_ms: number }
  | { readonly kind: "expired" | "answer_kept" | "in_memory" | "muted" | "counts_again" };

export interface View {
  readonly phase: "entering" | "refused" | "watching";
  readonly retrying: boolean;
  readonly refusal: Refusal | null;
  readonly link: Link;
  readonly waiting: number;
  readonly media: Media | null;
  readonly userName: string;
  readonly grantKept: boolean;
  /** False: evidence is in memory alone, and lost with the page. */
  readonly journalKept: boolean;
  /** Server time minus `Date.now()`. */
  readonly serverOffset_ms: number;
  readonly playback: PlaybackView | null;
  readonly prompts: readonly OpenPrompt[];
  readonly notice: Notice | null;
  /** Time does not count since a missed check. */
  readonly stop: Stop | null;
  readonly room: Room;
  /** What draws the chat: fetched once the player is open, so that the picture goes first. */
  readonly chatPart: "coming" | "here" | "failed";
  readonly progress: Progress | null;
  readonly quizzes: Quizzes;
  /** What draws a quiz: null as long as there is none, fetched when there is. */
  readonly quizPart: null | "coming" | "here" | "failed";
  /** The one that is looked at, where there are several. */
  readonly quizChosen: string | null;
  readonly polls: Polls;
  readonly pollPart: Fetched;
  /** What stands beside the picture; null: nothing was told yet. */
  readonly aside: Aside | null;
  readonly asidePart: Fetched;
  /** Of the newest playlist: it opens files too. */
  readonly pathToken: string | null;
}

export const FIRST_VIEW: View = {
  phase: "entering",
  retrying: false,
  refusal: null,
  link: "connecting",
  waiting: 0,
  media: null,
  userName: "",
  grantKept: true,
  journalKept: true,
  serverOffset_ms: 0,
  playback: null,
  prompts: [],
  notice: null,
  stop: null,
  room: EMPTY_ROOM,
  chatPart: "coming",
  progress: null,
  quizzes: [],
  quizPart: null,
  quizChosen: null,
  polls: [],
  pollPart: null,
  aside: null,
  asidePart: null,
  pathToken: null,
};
