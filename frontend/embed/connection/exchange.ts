/** POST of evidence and of whole turns of the viewer's conversation, where there is no socket to use. */
import type { Exchanged, Poll, Upload } from "../../shared/wire";

const WITHIN_MS = 20_000;

/** `refused`: this can never be taken. `away`: nobody answered, or not now. */
export type Turn = Exchanged | "refused" | "away";

export function upload(media: string, body: Upload): Promise<Turn> {
  return post(addressOf(media, "evidence"), body);
}

export function poll(media: string, body: Poll): Promise<Turn> {
  return post(addressOf(media, "poll"), body);
}

/** Sent while the page goes away; nobody hears the answer. */
export function farewell(media: string, body: Upload): void {
  const request = { ...requestOf(body), keepalive: true };
  fetch(addressOf(media, "evidence"), request).catch(() => undefined);
}

async function post(url: string, body: Upload | Poll): Promise<Turn> {
  try {
    const response = await fetch(url, { ...requestOf(body), signal: AbortSignal.timeout(WITHIN_MS) });
    if (response.ok) return (await response.json()) as Exchanged;
    return [403, 404, 410].includes(response.status) ? "refused" : "away";
  } catch {
    return "away";
  }
}

function addressOf(media: string, what: "evidence" | "poll"): string {
  return `/embed/${encodeURIComponent(media)}/${what}`;
}

function requestOf(body: object): RequestInit {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    credentials: "omit",
  };
}
