/**
 * From the address to an open player: language, token or User ID, grant, socket; and the page's own events.
 *
 * It runs once per page. What goes wrong on the way becomes a refusal in the view.
 */
import { useLanguage } from "../shared/i18n";
import { Store } from "../shared/store";
import { openJournals } from "./evidence/journals";
import { startSweeping } from "./evidence/sweep";
import {
  type Credential,
  type Launch,
  nameOf,
  preferredLanguage,
  readLaunch,
  withoutUserId,
} from "./host/address";
import { grantName, type Keep, openKeep } from "./host/keep";
import { ParentPage } from "./host/parent";
import { type Redemption, redeem, refusalFor } from "./host/redeem";
import { takesOver } from "./host/takeover";
import { App } from "./ui/app";
import { FIRST_VIEW, type View } from "./view";
import { Viewer } from "./viewer";

export async function enter(body: HTMLElement): Promise<void> {
  const launch = readLaunch(location);
  const keep = openKeep(() => localStorage, history);
  const opening = openJournals(keep);
  const tab = openKeep(() => sessionStorage, history);
  const credential = withKeptUserId(launch, tab);
  const takeOver = takesOver(tab);
  await useLanguage(launch.language ?? rememberedLanguage(keep) ?? preferredLanguage(navigator.languages));

  const store = new Store<View>({ ...FIRST_VIEW, grantKept: keep.lasting });
  const app = new App(store, (next) => keep.write("rollcall.lang", next));
  body.replaceChildren(app);

  let viewer: Viewer | null = null;
  const parent = new ParentPage(window, launch.media, launch.dialect, (wish) => viewer?.obey(wish));
  const refuse = ({ refusal }: Extract<Redemption, { ok: false }>) => {
    parent.allow(refusal.parents);
    parent.tell({ type: "access_denied", code: refusal.code });
    store.set({ phase: "refused", refusal });
    void opening.then((journals) => startSweeping(journals));
  };
  if (self.origin === "null") return refuse({ ok: false, refusal: refusalFor("sandboxed") });
  if (!credential) return refuse({ ok: false, refusal: refusalFor("no_token") });

  const name = grantName(launch.media, credential);
  const retrying = () => store.set({ retrying: true });
  const answer = await redeem(launch.media, credential, keep.read(name), retrying);
  if (!answer.ok) return refuse(answer);
  keep.write(name, answer.redeemed.grant);
  parent.allow(answer.redeemed.parents);
  const { grant } = answer.redeemed;
  const journals = await opening;
  const shelf = await journals.shelf(launch.media, nameOf(grant));
  const ended = startSweeping(journals);
  const admission = { media: launch.media, grant, takeOver, shelf, kept: journals.lasting, tab, ended };
  viewer = new Viewer(store, parent, app.video, admission);
  app.watch(viewer);
  parent.tell({ type: "loaded" });
  listen(viewer);
}

function rememberedLanguage(keep: Keep): "ru" | "en" | null {
  const kept = keep.read("rollcall.lang");
  return kept === "ru" || kept === "en" ? kept : null;
}

/** A plain User ID leaves the address at once; this tab remembers it for a reload. */
function withKeptUserId({ media, credential }: Launch, tab: Keep): Credential | null {
  const name = `rollcall.user.${nameOf(media)}`;
  if (credential?.kind === "user_id") {
    history.replaceState(history.state, "", withoutUserId(location));
    tab.write(name, credential.user_id);
  }
  const kept = credential ? null : tab.read(name);
  return kept === null ? credential : { kind: "user_id", user_id: kept };
}

function listen(viewer: Viewer): void {
  const heartbeat = new Worker(new URL("./heartbeat.worker.ts", import.meta.url), { type: "module" });
  heartbeat.addEventListener("message", () => viewer.pulse());
  document.addEventListener("visibilitychange", () => viewer.visibility());
  document.addEventListener("fullscreenchange", () => viewer.fullScreen(document.fullscreenElement !== null));
  document.addEventListener("freeze", () => viewer.freeze());
  document.addEventListener("resume", () => viewer.thaw());
  addEventListener("pagehide", () => viewer.leave());
  addEventListener("pageshow", ({ persisted }) => (persisted ? viewer.thaw() : viewer.online()));
  addEventListener("focus", () => viewer.focused(true));
  addEventListener("blur", () => viewer.focused(false));
  addEventListener("online", () => viewer.online());
  for (const gesture of ["pointerdown", "keydown"]) {
    addEventListener(gesture, () => viewer.chime.unlock(), { capture: true, passive: true });
  }
}
