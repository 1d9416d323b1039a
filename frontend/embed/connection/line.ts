/**
 * The way to the server: the socket, and turns by POST where sockets do not get through.
 *
 * Three sockets in a row that end before they have opened a play start the turns. As soon as these are answered the
 * server is there, so the socket is tried once more soon (it may have been the server that was away), and then every
 * few minutes. A socket that opens ends the turns, a turn that fails leaves the field to the socket.
 */
import type { ViewerIn, ViewerOut } from "../../shared/wire";
import type { Listener } from "./listener";
import type { ViewerPoll } from "./poll";
import type { ViewerSocket } from "./socket";

export const SOCKETS_TRIED = 3;
export const SOON_MS = 15_000;
export const SELDOM_MS = 240_000;

export class Line {
  #listener: Listener;
  #random: () => number;
  #socket: ViewerSocket;
  #poll: ViewerPoll;
  #opened = false;
  #failed = 0;

  constructor(
    listener: Listener,
    random: () => number,
    socket: (listener: Listener) => ViewerSocket,
    poll: (listener: Listener) => ViewerPoll,
  ) {
    this.#listener = listener;
    this.#random = random;
    this.#socket = socket({
      ...listener,
      message: (message) => this.#socketSays(message),
      lost: () => this.#socketLost(),
      stopped: (code) => {
        this.#poll.stop();
        listener.stopped(code);
      },
    });
    this.#poll = poll({
      ...listener,
      message: (message) => this.#pollSays(message),
      stopped: (code) => {
        this.#socket.stop();
        listener.stopped(code);
      },
    });
    this.#socket.start();
  }

  /** True while messages go by turns. */
  get polled(): boolean {
    return this.#poll.running;
  }

  send(message: ViewerIn): boolean {
    return this.#poll.running ? this.#poll.send(message) : this.#socket.send(message);
  }

  pulse(): void {
    this.#socket.pulse();
    this.#poll.pulse();
  }

  /** The page came back into view: whatever carries the conversation must prove itself now. */
  probe(question: ViewerIn): void {
    if (this.#poll.running) this.#poll.hurry();
    else this.#socket.probe(question);
  }

  #socketSays(message: ViewerOut): void {
    if (message.type !== "opened") {
      this.#listener.message(message);
      return;
    }
    this.#opened = true;
    this.#failed = 0;
    if (this.#poll.running) this.#poll.stop();
    this.#listener.message(message);
  }

  #socketLost(): void {
    this.#failed += this.#opened ? 0 : 1;
    this.#opened = false;
    if (this.#poll.running) {
      this.#rest(SELDOM_MS);
      return;
    }
    this.#listener.lost();
    if (this.#failed >= SOCKETS_TRIED) this.#poll.start();
  }

  #pollSays(message: ViewerOut): void {
    if (message.type === "opened") {
      this.#failed = 0;
      this.#rest(SOON_MS);
    }
    this.#listener.message(message);
  }

  #rest(about_ms: number): void {
    this.#socket.rest(about_ms * (0.5 + this.#random()));
  }
}
