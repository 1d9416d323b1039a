/**
 * The journals of this browser, from the page's side: begin one for a new play, go on with one after a reload, and
 * find those whose page is gone.
 *
 * A reload or a crash goes on with the same play where it can: a check that is open keeps its one window, and a media
 * that allows a single player does not take its own viewer for another. It needs the same grant, the same media, a
 * play that no living page holds, and ten minutes at most; anything else opens a new play, and what the old one left
 * is handed over by its upload key. Nobody goes on with a play that is disowned. Where there is no disk, journals are
 * in memory and nothing is found.
 */
import type { PlayRef } from "../../shared/wire";
import type { Keep } from "../host/keep";
import { type Claims, openClaims } from "./claims";
import type { Shelf } from "./desk";
import { Disk, type Head, type Left } from "./disk";
import { Disowned } from "./disowned";
import { Journal } from "./journal";

export const RESUME_WITHIN_MS = 10 * 60_000;
export const KEEP_MS = 30 * 86_400_000;

export class Journals {
  #disk: Disk | null;
  #claims: Claims;
  #disowned: Disowned;
  #wall_ms: () => number;
  /** What could not be kept on disk. */
  #memory = new Map<string, Left>();

  constructor(disk: Disk | null, claims: Claims, disowned: Disowned, wall_ms: () => number = Date.now) {
    this.#disk = disk;
    this.#claims = claims;
    this.#disowned = disowned;
    this.#wall_ms = wall_ms;
  }

  /** False: what this page records does not survive it. */
  get lasting(): boolean {
    return this.#disk !== null;
  }

  /** The place for the plays of one grant: what to go on with, how to begin, where to leave them. */
  async shelf(media: string, grant: string): Promise<Shelf> {
    return {
      found: await this.#resume(media, grant),
      begin: (ref) => this.#begin(ref, media, grant),
      leave: (journal) => this.#leave(journal),
    };
  }

  #begin({ id, upload_key }: PlayRef, media: string, grant: string): Journal {
    const numbers = { epoch: 0, last: 0, durable: 0 };
    const head = { id, upload_key, media, grant, touched_ms: this.#wall_ms(), ...numbers, open: null };
    if (this.#disk) void this.#claims.take({ id, touched_ms: Number.NEGATIVE_INFINITY });
    return this.#journal({ head, entries: [] });
  }

  /** The newest play of this grant that a page of this browser has left a moment ago. */
  async #resume(media: string, grant: string): Promise<Journal | null> {
    const since_ms = this.#wall_ms() - RESUME_WITHIN_MS;
    const own = (head: Head) => head.media === media && head.grant === grant && head.touched_ms > since_ms;
    const heads = (await this.#heads()).filter(own).sort((a, b) => b.touched_ms - a.touched_ms);
    for (const head of heads) {
      const left = await this.#take(head);
      // Asked once the play is this page's: the other may have disowned it with its last breath.
      if (left && !this.#disowned.has(head.id)) return this.#journal(left);
      if (left) this.#claims.leave(head.id);
    }
    return null;
  }

  #journal(left: Left): Journal {
    return new Journal(this.#disk, left, () => this.#disowned.add(left.head.id));
  }

  /** This page does not go on with the play: another may take it, or this one hand it over. */
  async #leave(journal: Journal): Promise<void> {
    const left = await journal.finish();
    if (left) this.#memory.set(left.head.id, left);
    this.#claims.leave(journal.ref.id);
  }

  /** Plays with rows whose page is gone, each claimed for this one; empty and outdated ones are cleared away. */
  async left(): Promise<Left[]> {
    const found = [...this.#memory.values()];
    for (const head of await this.#heads()) {
      const age_ms = this.#wall_ms() - head.touched_ms;
      const empty = (head.open === null || this.#disowned.has(head.id)) && head.last <= head.durable;
      if (empty && age_ms < RESUME_WITHIN_MS) continue;
      const left = await this.#take(head);
      if (!left) continue;
      if (empty || age_ms > KEEP_MS) await this.done(head.id);
      else found.push(left);
    }
    return found;
  }

  /** The server has it all, or will never take it. */
  async done(id: string): Promise<void> {
    if (this.#memory.delete(id)) return;
    await this.#disk?.drop(id).then(
      () => this.#disowned.forget(id),
      () => undefined,
    );
    this.#claims.leave(id);
  }

  /** Rows up to `durable` are on the server's disk, the rest stays for later. */
  async later({ head }: Left, durable: number): Promise<void> {
    if (this.#memory.has(head.id)) return;
    await this.#disk?.write({ ...head, durable }, []).catch(() => undefined);
    this.#claims.leave(head.id);
  }

  async #heads(): Promise<Head[]> {
    return (await this.#disk?.heads().catch(() => [])) ?? [];
  }

  async #take(head: Head): Promise<Left | null> {
    if (!this.#disk || !(await this.#claims.take(head))) return null;
    const left = await this.#disk.adopt(head.id, this.#disowned.has(head.id)).catch(() => null);
    if (!left) this.#claims.leave(head.id);
    return left;
  }
}

/** Opens the disk and the claims of this browser; never fails. */
export async function openJournals(keep: Keep): Promise<Journals> {
  const disk = await Disk.open().catch(() => null);
  const claims = openClaims(() => navigator.locks);
  return new Journals(disk, claims, new Disowned(keep));
}
