/**
 * Keeps small values (the play grant, the language) for the next load of this page.
 *
 * In the browser's storage of this origin; where a frame is refused storage, in its own history entry, which only
 * this origin can read and which survives a reload but not the tab. `lasting` says which. It knows what to call a
 * grant and nothing of what the grant opens.
 */
import { type Credential, nameOf, tokenId } from "./address";

export interface Keep {
  readonly lasting: boolean;
  read(name: string): string | null;
  write(name: string, value: string): void;
  remove(name: string): void;
}

/** The part of `history` that is used. */
export type Entry = Pick<History, "state" | "replaceState">;

/** `storage` is asked for lazily: in some frames the property itself throws. */
export function openKeep(storage: () => Storage, entry: Entry): Keep {
  try {
    const opened = storage();
    const probe = "rollcall.probe";
    opened.setItem(probe, "1");
    opened.removeItem(probe);
    return {
      lasting: true,
      read: (name) => opened.getItem(name),
      write: (name, value) => opened.setItem(name, value),
      remove: (name) => opened.removeItem(name),
    };
  } catch {
    return keepInEntry(entry);
  }
}

function keepInEntry(entry: Entry): Keep {
  const values = (): Record<string, unknown> => (entry.state as Record<string, unknown> | null) ?? {};
  return {
    lasting: false,
    read: (name) => {
      const value = values()[name];
      return typeof value === "string" ? value : null;
    },
    write: (name, value) => entry.replaceState({ ...values(), [name]: value }, ""),
    remove: (name) => {
      const { [name]: _, ...others } = values();
      entry.replaceState(others, "");
    },
  };
}

export function grantName(media: string, credential: Credential): string {
  const who =
    credential.kind === "token" ? `t.${tokenId(credential.token)}` : `u.${nameOf(credential.user_id)}`;
  return `rollcall.grant.${media}.${who}`;
}
