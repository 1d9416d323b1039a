"""What the media process answers on HTTP: playlists, inits, segments and parts under a token in the path.

A low-latency playlist that is asked for with `_HLS_msn` (and `_HLS_part`), and the part that comes next, are
answered as soon as they are there (draft-pantos-hls-rfc8216bis, section 6.2.5). Each such player keeps a request
waiting, so only so many are led to low latency; whoever comes then watches the same segments the classic way.

A bare ASGI app. The path is judged as it came, before any decoding: whatever is not in its plain form is
refused, so that no two spellings of one path can be told apart by two programs. It knows no socket.

Where viewers may go back, `rewind-{seconds}.m3u8` leads to the broadcast as it was so long ago, or as near to that as
there is.
"""

import json
import re
from collections.abc import Awaitable, Callable, Container, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import parse_qs

from rollcall.domain.ids import MediaCode
from rollcall.domain.path_token import PathToken, verify
from rollcall.media import playlist
from rollcall.media.channel import CLASSIC, LOW_LATENCY, Channel, Channels, Found, Wanted
from rollcall.media.fetches import Fetches
from rollcall.media.library import Library
from rollcall.media.rewind import NAME as BACK

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_PATH = re.compile(r"/hls/([^/]+)/([^/]+)/([^/]+)")
_MEDIA = re.compile(r"[0-9A-Za-z]{8}")
_NAME = re.compile(
    r"(?:index|classic|live|low)\.m3u8|(?:rewind|back)-[0-9]{1,6}\.m3u8"
    r"|init-[0-9]{1,12}\.mp4|(?:part-)?[0-9]{1,12}\.m4s"
)
_BACK = re.compile(r"(rewind|back)-([0-9]+)\.m3u8")
_NUMBER = re.compile(r"[0-9]{1,12}")
WAIT_S = 6.0  # three target durations
_SAFE = [(b"referrer-policy", b"no-referrer"), (b"x-content-type-options", b"nosniff")]
_FOREVER = b"public, max-age=31536000, immutable"
_REFUSALS = {
    400: (
        "malformed",
        "The input is malformed",
        "The playlist asked for is too far ahead, or its number is none.",
    ),
    403: ("not_allowed", "Not allowed", "This address is not valid, no longer valid, or not for this media."),
    404: ("not_found", "No such object", "There is no such file, or it is too old."),
    405: ("method_not_allowed", "Method not allowed", "Only GET and HEAD are answered here."),
}
_NO_PICTURE = (
    "no_picture",
    "No picture yet",
    "No encoder has published to this media of late, and it has no recording.",
)


@dataclass(slots=True)
class Patience:
    """How many requests may wait for what is to come before new players watch the classic way, and how many do."""

    most: int
    waiting: int = field(default=0, init=False)


def create_app(
    channels: Channels,
    library: Library,
    fetches: Fetches,
    key: bytes,
    revoked: Container[str],
    now_ms: Callable[[], int],
    patience: Patience,
) -> App:
    """Return the app; `revoked` is read at every request."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        await receive()
        if scope["method"] not in {"GET", "HEAD"}:
            await _refuse(send, 405, _REFUSALS[405], [(b"allow", b"GET, HEAD")])
            return
        raw: bytes = scope["raw_path"]
        admitted = _admit(raw.decode("latin-1"), key, revoked, now_ms() // 1000)
        if isinstance(admitted, int):
            await _refuse(send, admitted, _REFUSALS[admitted])
            return
        media, name, token = admitted
        channel = channels.get(media)
        wanted = _wanted(scope["query_string"]) if name == LOW_LATENCY else None
        if wanted is _NONSENSE or (channel and wanted and not channel.may_come(wanted)):
            await _refuse(send, 400, _REFUSALS[400])
            return
        if channel is None:
            found = await library.find(media, name)
        else:
            found = await _find(channel, name, wanted, patience, now_ms())
        if found is None or token.play in revoked:
            status = 403 if found else 404
            no_picture = name.endswith(".m3u8") and found is None
            await _refuse(send, status, _NO_PICTURE if no_picture else _REFUSALS[status])
            return
        if found.segment is not None and scope["method"] == "GET":
            fetches.count(media, token.play, found.segment)
        await _send(send, 200, _headers(name), found.data, head=scope["method"] == "HEAD")

    return answer


_NONSENSE = Wanted(-1, None)


def _wanted(query: bytes) -> Wanted | None:
    """Return what a playlist is to hold before it is answered, None for any; `_NONSENSE` for what is no number."""
    given = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    numbers = [given[name][0] for name in ("_HLS_msn", "_HLS_part") if name in given]
    if any(_NUMBER.fullmatch(number) is None for number in numbers):
        return _NONSENSE
    if "_HLS_msn" not in given:
        return _NONSENSE if numbers else None
    sequence, *part = map(int, numbers)
    return Wanted(sequence, part[0] if part else None)


async def _find(
    channel: Channel, name: str, wanted: Wanted | None, patience: Patience, now_ms: int
) -> Found | None:
    if back := _BACK.fullmatch(name):
        return _find_back(channel, back.group(1) == "rewind", int(back.group(2)), now_ms)
    if name in {"index.m3u8", "classic.m3u8"}:
        classic = name == "classic.m3u8" or patience.waiting >= patience.most
        master = channel.master(CLASSIC if classic else LOW_LATENCY)
        return Found(master) if master else None
    patience.waiting += 1
    try:
        if wanted is not None:
            await channel.wait_until(lambda: channel.holds(wanted), WAIT_S)
        elif name == f"part-{channel.next_part}.m4s":
            await channel.wait_until(lambda: channel.find(name) is not None, WAIT_S)
    finally:
        patience.waiting -= 1
    found = channel.find(name)
    if found is not None or channel.rewind is None or name.endswith(".m3u8"):
        return found
    kept = await channel.rewind.read(name)
    return None if kept is None else Found(kept)


def _find_back(channel: Channel, leads: bool, behind_s: int, now_ms: int) -> Found | None:
    """Return the playlist of so long ago, or the one that leads there."""
    if channel.rewind is None:
        return None
    if leads:
        reachable_s = channel.rewind.reachable_s(behind_s, now_ms)
        made = None if reachable_s is None else channel.master(BACK.format(reachable_s))
    else:
        made = channel.rewind.playlist(behind_s, now_ms)
    return None if made is None else Found(made)


def _admit(path: str, key: bytes, revoked: Container[str], now_s: int) -> tuple[str, str, PathToken] | int:
    """Return media, file name and token, or the status of the refusal."""
    if any(part in path for part in ("%", "\\", "..", "//")):
        return 403
    parts = _PATH.fullmatch(path)
    if parts is None:
        return 404
    segment, media, name = parts.groups()
    token = verify(key, MediaCode(media), segment, now_s) if _MEDIA.fullmatch(media) else None
    if token is None or token.play in revoked:
        return 403
    return (media, name, token) if _NAME.fullmatch(name) else 404


def _headers(name: str) -> list[tuple[bytes, bytes]]:
    if name.endswith(".m3u8"):
        return [(b"content-type", playlist.TYPE.encode()), (b"cache-control", b"no-cache")]
    return [(b"content-type", b"video/mp4"), (b"cache-control", _FOREVER)]


async def _refuse(
    send: Send, status: int, reason: tuple[str, str, str], more: list[tuple[bytes, bytes]] | None = None
) -> None:
    code, title, detail = reason
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
    headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store"), *(more or [])]
    await _send(send, status, headers, json.dumps(problem).encode())


async def _send(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, head: bool = False
) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *_SAFE, length]})
    await send({"type": "http.response.body", "body": b"" if head else body})
