/** The page's icons: outlines on a 24 × 24 grid in the colour of the text, hidden from screen readers. */
import { html, type SVGTemplateResult, svg, type TemplateResult } from "lit";

function icon(content: SVGTemplateResult): TemplateResult {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${content}</svg>`;
}

const ARROW_UP = svg`<path d="M12 19V6m-6 5.5L12 5l6 6.5"/>`;

export const icons = {
  play: icon(svg`<path class="solid" d="M8 5.2v13.6L19 12z"/>`),
  pause: icon(svg`<path class="solid" d="M7 5h3.6v14H7zM13.4 5H17v14h-3.6z"/>`),
  sound: icon(
    svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z"/><path d="M15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>`,
  ),
  muted: icon(svg`<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z"/><path d="m16 9.5 5 5m0-5-5 5"/>`),
  full: icon(svg`<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"/>`),
  exitFull: icon(svg`<path d="M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5"/>`),
  pip: icon(svg`<rect x="3" y="5" width="18" height="14" rx="2"/><path class="solid" d="M12 12h7v5h-7z"/>`),
  chat: icon(svg`<path d="M4 5h16v11H10l-4.5 3.5V16H4z"/>`),
  progress: icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="m8 12.4 2.8 2.8L16 9.5"/>`),
  quiz: icon(
    svg`<path d="M10.5 6.5H20M10.5 12H20M10.5 17.5H20"/><path d="m3.5 6.4 1.3 1.3 2.4-2.6M3.5 11.9l1.3 1.3 2.4-2.6"/><circle cx="5.3" cy="17.5" r="1.4"/>`,
  ),
  poll: icon(svg`<path d="M5 20V11M12 20V4M19 20v-6"/>`),
  file: icon(svg`<path d="M6 3.5h8l4.5 4.5v12.5h-12.5zM14 3.5v4.5h4.5M12 11v6m-2.5-2.5L12 17l2.5-2.5"/>`),
  link: icon(svg`<path d="M13 5h6v6M19 5l-8.5 8.5M10 6.5H5.5v12h12V14"/>`),
  pin: icon(svg`<path d="M9 4h6l-.8 6 3.3 3.2v1.3h-11v-1.3L9.8 10zM12 14.5V20"/>`),
  check: icon(svg`<path d="m5 12.5 4.6 4.6L19 7.5"/>`),
  send: icon(ARROW_UP),
  reply: icon(svg`<path d="M9.5 6 4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6V19"/>`),
  question: icon(
    svg`<circle cx="12" cy="12" r="8.5"/><path d="M9.6 9.8a2.5 2.5 0 1 1 3.4 2.3c-.7.3-1 .8-1 1.6m0 2.8v.1"/>`,
  ),
  smile: icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M8.5 14a4.3 4.3 0 0 0 7 0M9 9.6v.1m6-.1v.1"/>`),
  down: icon(svg`<path d="M12 5v13m-6-5.5 6 6 6-6"/>`),
  up: icon(ARROW_UP),
  back: icon(svg`<path d="m14.5 5.5-6.5 6.5 6.5 6.5"/>`),
  next: icon(svg`<path d="m9.5 5.5 6.5 6.5-6.5 6.5"/>`),
  part: icon(svg`<circle cx="12" cy="12" r="8.5"/><path class="solid" d="M12 3.5a8.5 8.5 0 0 1 0 17z"/>`),
  none: icon(svg`<path d="M7 12h10"/>`),
  close: icon(svg`<path d="m6 6 12 12M18 6 6 18"/>`),
  warn: icon(svg`<path d="M12 4 2.8 19.5h18.4z"/><path d="M12 10v4.5m0 2.4v.1"/>`),
  clock: icon(svg`<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>`),
  signal: icon(
    svg`<path d="M12 18.5v.1M8.6 15a4.8 4.8 0 0 1 6.8 0M5.5 11.8a9.2 9.2 0 0 1 13 0M2.6 8.6a13.4 13.4 0 0 1 18.8 0"/>`,
  ),
  screens: icon(
    svg`<rect x="3" y="4" width="13" height="9.5" rx="1.6"/><path d="M8 17.5h4M20.5 9v10.5h-13"/>`,
  ),
  lock: icon(
    svg`<rect x="5" y="10.5" width="14" height="9.5" rx="2"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>`,
  ),
};
