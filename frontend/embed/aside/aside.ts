/** What stands beside the picture, worked out for display. Pure: what the server told in, what is drawn out. */
import type { Aside, MaterialOut, ProgrammeItem } from "../../shared/wire";

export function hasMaterials(aside: Aside | null): boolean {
  return aside !== null && aside.materials.length > 0;
}

export function hasProgramme(aside: Aside | null): boolean {
  return aside !== null && (aside.programme.length > 0 || aside.speaker !== null);
}

/**
 * The place of the item that runs: at a moment of the server's clock, or at a position in a recording.
 *
 * One without an end runs until the next one begins; of several the one that began last. -1: none runs.
 */
export function runningOf(items: readonly ProgrammeItem[], now_ms: number, position_ms: number): number {
  const begin = ({ starts_at_ms, from_ms }: ProgrammeItem) => starts_at_ms ?? from_ms;
  const here = ({ starts_at_ms }: ProgrammeItem) => (starts_at_ms === null ? position_ms : now_ms);
  let running = -1;
  for (const [place, item] of items.entries()) {
    const starts = begin(item);
    if (starts === null || starts > here(item)) continue;
    const later = items.map(begin).filter((other) => other !== null && other > starts);
    const ends = item.ends_at_ms ?? item.to_ms ?? Math.min(...(later as number[]), Number.POSITIVE_INFINITY);
    const known = running < 0 ? null : begin(items[running] as ProgrammeItem);
    if (here(item) < ends && (known === null || starts >= known)) running = place;
  }
  return running;
}

/** The address of a link, if it leads to the web; null for anything else. */
export function webAddress(url: string | null): URL | null {
  try {
    const found = new URL(url ?? "");
    return found.protocol === "https:" || found.protocol === "http:" ? found : null;
  } catch {
    return null;
  }
}

/** Where a file is fetched; null as long as there is no token. */
export function fileAddress({ material }: MaterialOut, media: string, token: string | null): string | null {
  return token === null
    ? null
    : `/files/${token}/${encodeURIComponent(media)}/${encodeURIComponent(material)}`;
}

/** What a file is, as people say it: its ending in capitals. */
export function endingOf(name: string): string {
  return (name.split(".").at(-1) ?? "").toUpperCase();
}
