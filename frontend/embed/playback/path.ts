/** The token in the path of media addresses: `/hls/{token}/{media}/…`. Knows no player. */

const TOKEN = /^((?:https?:\/\/[^/]+)?\/hls\/)[^/]+(\/)/;

/** The token of a playlist path, or null if it carries none. */
export function tokenOf(playlist: string): string | null {
  return /^\/hls\/([^/]+)\//.exec(playlist)?.[1] ?? null;
}

/** The same address with the newest token, whatever token it was made with. */
export function withToken(url: string, token: string | null): string {
  return token === null ? url : url.replace(TOKEN, (_, before, after) => `${before}${token}${after}`);
}
