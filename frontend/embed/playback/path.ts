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

/** The playlist of the same broadcast as it was so many seconds ago. */
export function rewound(playlist: string, ago_s: number): string {
  return playlist.replace(/index\.m3u8$/, `rewind-${ago_s}.m3u8`);
}

/** The playlist of the same broadcast for whoever does not want to be close behind it. */
export function classic(playlist: string): string {
  return playlist.replace(/index\.m3u8$/, "classic.m3u8");
}
