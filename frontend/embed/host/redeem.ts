/** Exchanges what the address carries for a play grant: one POST, retried calmly while the server is away. */
import { Close, type Redeem, type Redeemed } from "../../shared/wire";
import { backoff_ms } from "../connection/backoff";
import type { Credential } from "./address";

export interface Refusal {
  readonly code: string;
  readonly opens_at_ms: number | null;
  readonly detail: string | null;
  /** Origins that may hear of it. */
  readonly parents: readonly string[];
}

export type Redemption = { ok: true; redeemed: Redeemed } | { ok: false; refusal: Refusal };

export function refusalFor(code: string): Refusal {
  return { code, opens_at_ms: null, detail: null, parents: [] };
}

/** What a final close of the socket means, when the server did not say it in words before. */
export function refusalForClose(code: number, watching: boolean): Refusal {
  if (code === Close.WRONG_ORIGIN) return refusalFor("wrong_origin");
  if (code === Close.ELSEWHERE) return refusalFor("watching_elsewhere");
  if (code !== Close.NO_ACCESS) return refusalFor("outdated");
  return refusalFor(watching ? "access_withdrawn" : "access_denied");
}

/** Keeps trying while nobody answers, the server stumbles or asks to wait; `retrying` is called before each wait. */
export async function redeem(
  media: string,
  credential: Credential,
  grant: string | null,
  retrying: () => void,
): Promise<Redemption> {
  const body: Redeem = {
    ...(credential.kind === "token" ? { token: credential.token } : { user_id: credential.user_id }),
    ...(grant ? { grant } : {}),
  };
  for (let attempt = 0; ; attempt += 1) {
    const answer = await post(`/embed/${encodeURIComponent(media)}/redeem`, body);
    if ("ok" in answer) return answer;
    retrying();
    const wait_ms = Math.max(answer.wait_ms, 300) + backoff_ms(attempt, Math.random());
    await new Promise((resume) => setTimeout(resume, wait_ms));
  }
}

/** The answer, or how long to wait at least before asking again. */
async function post(url: string, body: Redeem): Promise<Redemption | { wait_ms: number }> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      credentials: "omit",
      signal: AbortSignal.timeout(15_000),
    });
    if (response.ok) return { ok: true, redeemed: (await response.json()) as Redeemed };
    if (response.status < 500 && response.status !== 429) {
      return { ok: false, refusal: await readRefusal(response) };
    }
    return { wait_ms: 1_000 * (Number(response.headers.get("Retry-After")) || 0) };
  } catch {
    return { wait_ms: 0 };
  }
}

async function readRefusal(response: Response): Promise<Refusal> {
  const problem: Record<string, unknown> = await response.json().catch(() => ({}));
  const opens_at = typeof problem.opens_at === "string" ? Date.parse(problem.opens_at) : Number.NaN;
  return {
    code: typeof problem.code === "string" ? problem.code : `http_${response.status}`,
    opens_at_ms: Number.isNaN(opens_at) ? null : opens_at,
    detail: typeof problem.detail === "string" ? problem.detail : null,
    parents: Array.isArray(problem.parents) ? problem.parents.filter((each) => typeof each === "string") : [],
  };
}
