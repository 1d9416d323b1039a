// A room through random disconnects, lost and late frames: never missed, doubled or misordered, and whole in the end.
import { expect, test } from "vitest";
import { EMPTY_ROOM, lacks, type Room, withFrame, withHistory } from "../../embed/chat/room";
import type { Chat, ChatItem } from "../../shared/wire";
import { drawn, frame, item, snapshot } from "./items";

const HISTORY = 5;
const TAIL = 8;

/** What a server does: messages take places, change and go; frames and greetings are read from that. */
class Server {
  version = 0;
  sent = 0;
  shown: ChatItem[] = [];
  changes: { version: number; id: number }[] = [];
  #next = 1;

  say(): void {
    this.version += 1;
    this.shown.push(item(this.#next, { version: this.version }));
    this.changes.push({ version: this.version, id: this.#next });
    this.#next += 1;
  }

  vote(id: number): void {
    this.version += 1;
    this.shown = this.shown.map((each) => (each.id === id ? { ...each, votes: each.votes + 1 } : each));
    this.changes.push({ version: this.version, id });
  }

  remove(id: number): void {
    this.version += 1;
    this.shown = this.shown.filter((each) => each.id !== id);
    this.changes.push({ version: this.version, id });
  }

  since(after: number): Chat {
    const ids = [...new Set(this.changes.filter(({ version }) => version > after).map(({ id }) => id))];
    const items = this.shown.filter(({ id }) => ids.includes(id));
    const removed = ids.filter((id) => !items.some((each) => each.id === id));
    return frame(after, this.version, items, { removed });
  }

  greet(after: number): Chat | null {
    if (after > 0 && after === this.version) return null;
    const tail = this.since(after);
    if (after > 0 && tail.items.length + tail.removed.length < TAIL) return tail;
    return snapshot(this.version, this.shown.slice(-HISTORY), this.shown.length > HISTORY);
  }

  broadcast(): Chat | null {
    if (this.sent === this.version) return null;
    const told = this.since(this.sent);
    this.sent = this.version;
    return told;
  }
}

function ordered(room: Room): void {
  const versions = room.items.map(({ version }) => version);
  expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
}

/** What the page shows is exactly what the server shows from the first message here on. */
function whole(room: Room, server: Server): void {
  const first = room.items[0]?.version ?? Number.POSITIVE_INFINITY;
  expect(room.items).toEqual(server.shown.filter(({ version }) => version >= first));
  if (!room.more) expect(room.items).toEqual(server.shown);
}

test.each(Array.from({ length: 300 }, (_, seed) => seed))("seed %i", (seed) => {
  const pick = drawn(seed);
  const server = new Server();
  let room = EMPTY_ROOM;
  let under: Chat[] = []; // on its way to the page, over a line that stands
  let connected = false;
  const take = (told: Chat | null) => {
    if (told) room = withFrame(room, told);
    ordered(room);
  };
  const connect = () => {
    connected = true;
    const greeting = server.greet(room.version);
    // Frames may overtake the greeting, which was read before them.
    if (pick(2) === 0) under.push(...(greeting ? [greeting] : []));
    else {
      server.say();
      const overtaking = server.broadcast();
      under.push(...[overtaking, greeting].filter((each) => each !== null));
    }
  };
  for (let step = 0; step < 120; step += 1) {
    const what = pick(10);
    const known = server.shown[pick(Math.max(1, server.shown.length))];
    if (what < 4) server.say();
    else if (what === 4 && known) server.vote(known.id);
    else if (what === 5 && known) server.remove(known.id);
    else if (what === 6) {
      const told = server.broadcast();
      if (told && connected && pick(8) > 0) under.push(told); // now and then one is lost all the same
    } else if (what === 7) {
      if (connected) under = under.slice(0, pick(under.length + 1)); // the line breaks
      for (const told of under.splice(0)) take(told);
      connected = false;
    } else if (what === 8 && !connected) connect();
    else for (const told of under.splice(0)) take(told);
  }
  if (!connected) connect();
  under.push(...[server.broadcast()].filter((each) => each !== null));
  for (const told of under.splice(0)) take(told);
  for (let asked = 0; lacks(room) && asked < 3; asked += 1) take(server.greet(room.version));
  // One that was lost when nothing follows shows by the next.
  server.say();
  take(server.broadcast());
  for (let asked = 0; lacks(room) && asked < 3; asked += 1) take(server.greet(room.version));
  expect(room.version).toBe(server.version);
  whole(room, server);
  while (room.more) {
    const before = room.items[0]?.version ?? 0;
    const earlier = server.shown.filter(({ version }) => version < before);
    const items = earlier.slice(-HISTORY);
    room = withHistory(room, { type: "chat_history", before, items, more: earlier.length > HISTORY });
    ordered(room);
    if (room.items.length === 0) break;
  }
  if (room.items.length > 0) expect(room.items).toEqual(server.shown);
});
