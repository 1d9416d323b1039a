/**
 * The chat as this page knows it, as a value. Pure: what the server says and own messages in, the room out.
 *
 * A frame goes from one version to another. One that was lost shows by the next: it waits in `ahead` until what lies
 * between has come. Messages stand in the order of their versions, each once. Own messages are there at once under
 * their `ref`, until the room has them, or the server says what has become of them.
 */
import type { Chat, ChatHistory, ChatItem, ChatMe, ChatOwn, ChatState, NotSaid } from "../../shared/wire";

/** Frames that wait for a lost one; with more, what is lacking is asked for anyway. */
const MOST_AHEAD = 100;

export interface Pending {
  readonly ref: string;
  readonly text: string;
  readonly kind: ChatItem["kind"];
  readonly reply_to: number | null;
  readonly mentions: readonly number[];
  /** Why the server did not take it. */
  readonly refused: string | null;
  /** It was too soon: it is said again at this moment, on the page's monotonic clock. */
  readonly again_ms: number | null;
}

export interface Room {
  /** Everything up to here is known; 0: nothing yet. */
  readonly version: number;
  /** There is something up to here. */
  readonly heard: number;
  /** The server has said what there is. */
  readonly greeted: boolean;
  readonly items: readonly ChatItem[];
  /** There are earlier ones. */
  readonly more: boolean;
  /** Earlier ones are on their way. */
  readonly loading: boolean;
  readonly ahead: readonly Chat[];
  readonly questions: readonly ChatItem[] | null;
  readonly pending: readonly Pending[];
  /** Own messages that the others do not see. */
  readonly own: readonly ChatOwn[];
  readonly me: number | null;
  /** As of which version the server said so. */
  readonly me_version: number;
  readonly banned: boolean;
  readonly voted: readonly number[];
  /** Until when nothing more may be written, on the page's monotonic clock. */
  readonly wait_until_ms: number;
  readonly mode: ChatState["mode"];
  readonly slow_s: number;
  readonly premoderated: boolean;
  readonly pseudonyms: boolean;
}

export const EMPTY_ROOM: Room = {
  version: 0,
  heard: 0,
  greeted: false,
  items: [],
  more: false,
  loading: false,
  ahead: [],
  questions: null,
  pending: [],
  own: [],
  me: null,
  me_version: 0,
  banned: false,
  voted: [],
  wait_until_ms: 0,
  mode: "open",
  slow_s: 0,
  premoderated: false,
  pseudonyms: false,
};

/** A frame was lost on its way, or is late. */
export function lacks({ heard, version }: Room): boolean {
  return heard > version;
}

export function withFrame(room: Room, frame: Chat): Room {
  if (frame.snapshot) return caughtUp(begun(room, frame));
  if (frame.version <= room.version) return room;
  // Before the first greeting nothing can follow on: that may have been read earlier than this frame.
  if (frame.since > room.version || !(room.greeted || room.version > 0)) {
    const heard = Math.max(room.heard, frame.version);
    return { ...room, heard, ahead: [...room.ahead, frame].slice(-MOST_AHEAD) };
  }
  return caughtUp(applied(room, frame));
}

function begun(room: Room, frame: Chat): Room {
  const me_version = frame.version < room.version ? 0 : room.me_version;
  const fresh = { ...room, items: [], version: 0, heard: 0, me_version, questions: null, loading: false };
  const next = { ...applied(fresh, frame), more: frame.more, greeted: true };
  // One that is older than what is known was overtaken, or all there is: then it comes again.
  return frame.version < room.version ? { ...next, heard: room.version } : { ...next, heard: frame.version };
}

/** Apply what came before its time, as far as it goes on from here. */
function caughtUp(room: Room): Room {
  let next = room;
  for (const frame of room.ahead) {
    if (frame.since <= next.version && frame.version > next.version) next = applied(next, frame);
  }
  if (next.ahead.length === 0) return next;
  const ahead = next.ahead.filter((frame) => frame.since > next.version);
  return { ...next, ahead, heard: Math.max(next.heard, ...ahead.map(({ version }) => version)) };
}

function applied(room: Room, { version, items, removed }: Chat): Room {
  const gone = new Set(removed);
  const { pending, me } = room;
  const mine = items.find((item) => pending.some(({ ref }) => ref === item.ref))?.by ?? me;
  const back = new Set(items.filter((item) => item.by === mine).map((item) => item.ref));
  const ids = new Set(items.map((item) => item.id));
  return {
    ...room,
    version,
    heard: Math.max(room.heard, version),
    me: mine,
    items: placed(without(room.items, gone), items, room.more),
    questions: room.questions && newQuestions(without(room.questions, gone), items),
    pending: pending.some(({ ref }) => back.has(ref)) ? pending.filter(({ ref }) => !back.has(ref)) : pending,
    own: room.own.filter(({ id }) => !ids.has(id) && !gone.has(id)),
  };
}

/** Take removed ones out, and what is quoted of them. */
function without(items: readonly ChatItem[], gone: ReadonlySet<number>): readonly ChatItem[] {
  if (gone.size === 0) return items;
  return items
    .filter(({ id }) => !gone.has(id))
    .map((item) =>
      item.reply && gone.has(item.reply.id) ? { ...item, reply: { ...item.reply, text: null } } : item,
    );
}

/** Put each where its version says, once. What belongs among those that are not here yet is left to the history. */
function placed(
  known: readonly ChatItem[],
  changed: readonly ChatItem[],
  more: boolean,
): readonly ChatItem[] {
  if (changed.length === 0) return known;
  const items = [...known];
  for (const item of changed) {
    const at = placeOf(items, item.version);
    if (items[at]?.version === item.version) items[at] = item;
    else if (at > 0 || !more) items.splice(at, 0, item);
  }
  return items;
}

/** The index of the first item that is not before this version. */
export function placeOf(items: readonly ChatItem[], version: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.version ?? 0) < version) low = middle + 1;
    else high = middle;
  }
  return low;
}

function newQuestions(known: readonly ChatItem[], changed: readonly ChatItem[]): readonly ChatItem[] {
  const questions = changed.filter(({ kind }) => kind === "question");
  const ids = new Set(questions.map(({ id }) => id));
  return questions.length === 0 ? known : [...known.filter(({ id }) => !ids.has(id)), ...questions];
}

/** Questions as they are shown: those not answered first, in each part those with most votes first. */
export function ranked(questions: readonly ChatItem[]): ChatItem[] {
  return [...questions].sort(
    (a, b) => Number(a.answered) - Number(b.answered) || b.votes - a.votes || a.version - b.version,
  );
}

export function withHistory(room: Room, { before, items, more }: ChatHistory): Room {
  const first = room.items[0];
  if (!first || first.version !== before) return { ...room, loading: false };
  return { ...room, items: [...items, ...room.items], more, loading: false };
}

/** Keep the newest `most` only: earlier ones can be asked for again. */
export function trimmed(room: Room, most: number): Room {
  if (room.items.length <= most) return room;
  return { ...room, items: room.items.slice(-most), more: true, loading: false };
}

export function withState(room: Room, { mode, slow_s, premoderated, authors }: ChatState): Room {
  return { ...room, mode, slow_s, premoderated, pseudonyms: authors === "pseudonyms" };
}

export function withMe(room: Room, me: ChatMe, now_ms: number): Room {
  if (me.version < room.me_version) return room;
  const told = new Set(me.own.map(({ ref }) => ref));
  const shown = new Set(room.items.filter(({ by }) => by === me.number).map(({ id }) => id));
  return {
    ...room,
    me: me.number,
    me_version: me.version,
    banned: me.banned,
    voted: me.voted,
    own: me.own.filter(({ id }) => !shown.has(id)),
    wait_until_ms: now_ms + me.wait_ms,
    pending: room.pending.filter(({ ref }) => !told.has(ref)),
  };
}

export function withOwn(room: Room, own: Pending, now_ms: number): Room {
  return { ...room, pending: [...room.pending, own], wait_until_ms: now_ms + room.slow_s * 1000 };
}

export function withoutOwn(room: Room, ref: string): Room {
  return { ...room, pending: room.pending.filter((each) => each.ref !== ref) };
}

export function withRefusal(room: Room, { ref, code, retry_s }: NotSaid, now_ms: number): Room {
  if (code === "said_before") return withoutOwn(room, ref);
  const again_ms = code === "too_many_requests" ? now_ms + retry_s * 1000 : null;
  const pending = room.pending.map((each) =>
    each.ref === ref ? { ...each, refused: again_ms === null ? code : null, again_ms } : each,
  );
  return { ...room, pending, banned: room.banned || code === "chat_banned" };
}

/** Show a vote at once; the server says later how it stands. */
export function withVote(room: Room, message: number, on: boolean): Room {
  const voted = room.voted.filter((id) => id !== message);
  const by = (on ? 1 : 0) - (room.voted.includes(message) ? 1 : 0);
  const counted = (items: readonly ChatItem[]) =>
    items.map((item) => (item.id === message ? { ...item, votes: item.votes + by } : item));
  return {
    ...room,
    voted: on ? [...voted, message] : voted,
    items: counted(room.items),
    questions: room.questions && counted(room.questions),
  };
}
