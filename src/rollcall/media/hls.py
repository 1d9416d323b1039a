"""What the media process answers on HTTP: playlists, inits and segments under a token in the path.

A bare ASGI app. The path is judged as it came, before any decoding: whatever is not in its plain form is
refused, so that no two spellings of one path can be told apart by two programs. It knows no socket.
"""

import json
import re
from collections.abc import Awaitable, Callable, Container, MutableMapping
from typing import Any, TypeAlias

from rollcall.domain.ids import MediaCode
from rollcall.domain.path_token import PathToken, verify
from rollcall.media import playlist
from rollcall.media.channel import Channels
from rollcall.media.fetches import Fetches

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_PATH = re.compile(r"/hls/([^/]+)/([^/]+)/([^/]+)")
_MEDIA = re.compile(r"[0-9A-Za-z]{8}")
_NAME = re.compile(r"index\.m3u8|live\.m3u8|init-[0-9]{1,12}\.mp4|[0-9]{1,12}\.m4s")
_SAFE = [(b"referrer-policy", b"no-referrer"), (b"x-content-type-options", b"nosniff")]
_FOREVER = b"public, max-age=31536000, immutable"
_REFUSALS = {
    403: ("not_allowed", "Not allowed", "This address is not valid, no longer valid, or not for this media."),
    404: ("not_found", "No such object", "There is no such file, or it is too old."),
    405: ("method_not_allowed", "Method not allowed", "Only GET and HEAD are answered here."),
}
_NO_PICTURE = ("no_picture", "No picture yet", "No encoder has published to this media of late.")


def create_app(
    channels: Channels, fetches: Fetches, key: bytes, revoked: Container[str], now_ms: Callable[[], int]
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
        body = channel.find(name) if channel else None
        if body is None:
            await _refuse(send, 404, _NO_PICTURE if name.endswith(".m3u8") else _REFUSALS[404])
            return
        if name.endswith(".m4s") and scope["method"] == "GET":
            fetches.count(media, token.play, int(name[:-4]))
        await _send(send, 200, _headers(name), body, head=scope["method"] == "HEAD")

    return answer


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
