/**
 * What the address of the embedded page says: media, who watches, language.
 *
 * Pure: takes the parts of an address, returns values. The one-time token stays in the fragment, so that a reload
 * sends it again with the kept grant; a plain User ID is to be taken out of the address by the caller.
 */
import type { Language } from "../../shared/i18n";

export type Credential = { kind: "token"; token: string } | { kind: "user_id"; user_id: string };

export interface Launch {
  readonly media: string;
  readonly credential: Credential | null;
  readonly language: Language | null;
  /** How the embedding page speaks: our messages, or those that Boomstream's clients know. */
  readonly dialect: Dialect;
}

export type Dialect = "rollcall" | "boomstream";

export interface Address {
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}

export function readLaunch(address: Address): Launch {
  const query = new URLSearchParams(address.search);
  const fragment = new URLSearchParams(address.hash.replace(/^#/, ""));
  const token = fragment.get("token");
  const user_id = query.get("user_id");
  const chosen = fragment.get("lang") ?? query.get("lang");
  return {
    media: /^\/embed\/([^/]+)/.exec(address.pathname)?.[1] ?? "",
    credential: token ? { kind: "token", token } : user_id ? { kind: "user_id", user_id } : null,
    language: chosen === "ru" || chosen === "en" ? chosen : null,
    dialect: query.get("dialect") === "boomstream" ? "boomstream" : "rollcall",
  };
}

/** The same address without the plain User ID. */
export function withoutUserId(address: Address): string {
  const query = new URLSearchParams(address.search);
  query.delete("user_id");
  const rest = query.toString();
  return `${address.pathname}${rest ? `?${rest}` : ""}${address.hash}`;
}

/** Russian unless the browser asks for something else first; then English. */
export function preferredLanguage(languages: readonly string[]): Language {
  const first = languages[0]?.toLowerCase() ?? "ru";
  return /^(ru|be|kk|ky|tg|uz|hy|az)\b/.test(first) ? "ru" : "en";
}

/** The `jti` of a token, read without checking anything: only the server judges tokens. */
export function tokenId(token: string): string {
  try {
    const payload = token.split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (c) =>
      c.charCodeAt(0),
    );
    const { jti } = JSON.parse(new TextDecoder().decode(bytes)) as { jti?: unknown };
    return typeof jti === "string" ? jti : "";
  } catch {
    return "";
  }
}

/** A short name for a User ID that does not show it (FNV-1a): it only tells kept grants apart. */
export function nameOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(36);
}
