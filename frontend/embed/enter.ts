/**
 * From the address to an open player: language, token or User ID, grant, socket; and the page's own events.
 *
 * It runs once per page. What goes wrong on the way becomes a refusal in the view.
 */
import { useLanguage } from "../shared/i18n";
import { Store } from "../shared/store";
import {
  type Credential,
  type Launch,
  nameOf,
  preferredLanguage,
  readLaunch,
  withoutUserId,
} from "./host/address";
import { grantName, openGrants } from "./host/grants";
import { ParentPage } from "./host/parent";
import { type Redemption, redeem, refusalFor } from "./host/redeem";
import { App } from "./ui/app";
import { FIRST_VIEW, type View } from "./view";
import { Viewer } from "./viewer";

export async function enter(body: HTMLElement): Promise<void> {
  const launch = readLaunch(location);
  const grants = openGrants(() => localStorage);
  const credential = keepUserId(launch);
  await useLanguage(launch.language ?? rememberedLanguage(grants) ?? preferredLanguage(navigator.languages));

  const store = new Store<View>({ ...FIRST_VIEW, grantKept: grants.kept });
  const app = new App(store, (next) => grants.write("rollcall.lang", next));
  body.replaceChildren(app);

  let viewer: Viewer | null = null;
  const parent = new ParentPage(window, launch.media, (wish) => viewer?.obey(wish));
  const refuse = ({ refusal }: Extract<Redemption, { ok: false }>) => {
    parent.allow(refusal.parents);
    parent.tell({ type: "access_denied", code: refusal.code });
    store.set({ phase: "refused", refusal });
  };
  if (!credential) return refuse({ ok: false, refusal: refusalFor("no_token") });

  const name = grantName(launch.media, credential);
  const retrying = () => store.set({ retrying: true });
  const answer = await redeem(launch.media, credential, grants.read(name), retrying);
  if (!answer.ok) return refuse(answer);
  grants.write(name, answer.redeemed.grant);
  parent.allow(answer.redeemed.parents);
  viewer = new Viewer(store, parent, answer.redeemed.grant, app.video, launch.media);
  app.watch(viewer);
  parent.tell({ type: "loaded" });
  listen(viewer);
}

function rememberedLanguage(grants: { read(name: string): string | null }): "ru" | "en" | null {
  const kept = grants.read("rollcall.lang");
  return kept === "ru" || kept === "en" ? kept : null;
}

/** A plain User ID leaves the address at once; this tab remembers it for a reload. */
function keepUserId(launch: Launch): Credential | null {
  const name = `rollcall.user.${nameOf(launch.media)}`;
  try {
    if (launch.credential?.kind === "user_id") {
      history.replaceState(null, "", withoutUserId(location));
      sessionStorage.setItem(name, launch.credential.user_id);
    } else if (!launch.credential) {
      const user_id = sessionStorage.getItem(name);
      return user_id === null ? null : { kind: "user_id", user_id };
    }
  } catch {
    // Storage is refused in this frame: the page works, only a reload asks the site for a new link.
  }
  return launch.credential;
}

function listen(viewer: Viewer): void {
  const heartbeat = new Worker(new URL("./heartbeat.worker.ts", import.meta.url), { type: "module" });
  heartbeat.addEventListener("message", () => viewer.pulse());
  document.addEventListener("visibilitychange", () => viewer.visibility());
  addEventListener("pagehide", () => viewer.flush());
  addEventListener("pageshow", () => viewer.online());
  addEventListener("online", () => viewer.online());
  for (const gesture of ["pointerdown", "keydown"]) {
    addEventListener(gesture, () => viewer.chime.unlock(), { capture: true, passive: true });
  }
}
