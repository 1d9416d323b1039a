/** A text of somebody's, with its addresses as links. Text stays text: only addresses become links, harmless ones. */
import { html } from "lit";
import { pieces } from "./linkify";

export function linked(text: string, plain: (text: string) => unknown = (each) => each): unknown[] {
  return pieces(text).map((piece) =>
    piece.href
      ? html`<a href=${piece.href} target="_blank" rel="noopener noreferrer nofollow">${piece.text}</a>`
      : plain(piece.text),
  );
}
