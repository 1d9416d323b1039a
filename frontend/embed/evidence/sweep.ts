/**
 * Looks for journals without a living page, at the start and every now and then, and hands them over one by one.
 *
 * A play that could not be handed over is tried again later and later, so that a server in trouble is left alone.
 */
import { upload } from "../connection/exchange";
import { handOver, type Surroundings } from "./handover";
import type { Journals } from "./journals";

const EVERY_MS = 20_000;
const LATEST_MS = 10 * 60_000;

const BROWSER: Surroundings = {
  post: upload,
  now_ms: () => Math.round(performance.now()),
  wall_ms: Date.now,
  pause: (for_ms) => new Promise((resume) => setTimeout(resume, for_ms)),
};

/** Hand over all there is now. True when nothing is left. */
export async function sweep(journals: Journals, around: Surroundings): Promise<boolean> {
  let clean = true;
  for (const left of await journals.left()) {
    const { outcome, durable } = await handOver(left, around);
    if (outcome === "later") await journals.later(left, durable);
    else await journals.done(left.head.id);
    clean &&= outcome !== "later";
  }
  return clean;
}

/** Looks now, and returns how to look again at once. */
export function startSweeping(journals: Journals, around: Surroundings = BROWSER): () => void {
  let wait_ms = EVERY_MS;
  let timer = 0;
  let busy = false;
  const look = async () => {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    wait_ms = (await sweep(journals, around)) ? EVERY_MS : Math.min(LATEST_MS, wait_ms * 2);
    busy = false;
    timer = window.setTimeout(look, wait_ms * (0.5 + Math.random()));
  };
  void look();
  return () => void look();
}
