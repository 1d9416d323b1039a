/** Who hears what a connection brings, whatever carries it: a socket, or turns by POST. */
import type { ViewerIn, ViewerOut } from "../../shared/wire";

export interface Listener {
  hello(): Extract<ViewerIn, { type: "hello" }>;
  message(message: ViewerOut): void;
  lost(): void;
  /** The server does not want this page back. */
  stopped(closeCode: number): void;
}
