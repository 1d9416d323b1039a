/** Opens the line of this browser to one media: its WebSocket, its fetch, its clock. */
import { poll } from "./exchange";
import { Line } from "./line";
import type { Listener } from "./listener";
import { ViewerPoll } from "./poll";
import { ViewerSocket } from "./socket";

/** `hurried`: a check is open, so that turns by POST come often. */
export function openLine(media: string, listener: Listener, hurried: () => boolean): Line {
  const address = `${location.origin.replace(/^http/, "ws")}/embed/${media}/socket`;
  const now_ms = () => performance.now();
  const open = () => new WebSocket(address);
  return new Line(
    listener,
    Math.random,
    (heard) => new ViewerSocket({ open, now_ms, random: Math.random }, heard),
    (heard) => new ViewerPoll({ turn: (body) => poll(media, body), now_ms, hurried }, heard),
  );
}
