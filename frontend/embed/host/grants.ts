/**
 * Keeps the play grant in the browser's storage of this origin, or in memory where storage is refused.
 *
 * It knows what to call a grant and nothing of what the grant opens. `kept` says whether a reload will find it.
 */
import { type Credential, nameOf, tokenId } from "./address";

export interface Grants {
  readonly kept: boolean;
  read(name: string): string | null;
  write(name: string, grant: string): void;
}

/** `storage` is asked for lazily: in some frames the property itself throws. */
export function openGrants(storage: () => Storage): Grants {
  try {
    const opened = storage();
    const probe = "rollcall.probe";
    opened.setItem(probe, "1");
    opened.removeItem(probe);
    return {
      kept: true,
      read: (name) => opened.getItem(name),
      write: (name, grant) => opened.setItem(name, grant),
    };
  } catch {
    const memory = new Map<string, string>();
    return {
      kept: false,
      read: (name) => memory.get(name) ?? null,
      write: (name, grant) => memory.set(name, grant),
    };
  }
}

export function grantName(media: string, credential: Credential): string {
  const who =
    credential.kind === "token" ? `t.${tokenId(credential.token)}` : `u.${nameOf(credential.user_id)}`;
  return `rollcall.grant.${media}.${who}`;
}
