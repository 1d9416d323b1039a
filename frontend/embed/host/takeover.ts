/** "Watch here": the page is loaded anew and takes over from the participant's other player. One load, not the next. */
import { type Keep, openKeep } from "./keep";

const NAME = "rollcall.take_over";

/** True when this load was asked for by `watchHere`; asking again is false. */
export function takesOver(tab: Keep): boolean {
  const asked = tab.read(NAME) === "1";
  if (asked) tab.write(NAME, "");
  return asked;
}

export function askToTakeOver(tab: Keep): void {
  tab.write(NAME, "1");
}

export function watchHere(): void {
  askToTakeOver(openKeep(() => sessionStorage, history));
  location.reload();
}
