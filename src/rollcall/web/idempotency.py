"""`Idempotency-Key`: the same POST sent twice is done once and answered twice.

The same key, path and body within 24 h gets the first answer with `Idempotent-Replay: true`; another body is a
conflict; a twin that arrives while the first one runs waits for it. A 5xx is not kept. Keys belong to the API key that
sent them, so no other key reads its answers. Twins wait within one process; the answer is kept in the database.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Request
from litestar.datastructures import Headers
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from rollcall.domain.errors import Conflict, Malformed, Problem
from rollcall.store import idempotency as store
from rollcall.store.idempotency import KeptAnswer
from rollcall.web.auth import Caller
from rollcall.web.deps import Deps

HEADER = "idempotency-key"


class Turns:
    """One turn at a time for each key; keys nobody waits for are forgotten."""

    def __init__(self) -> None:
        self._locks: dict[tuple[object, ...], tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, *key: object) -> AsyncIterator[None]:
        """Wait for this key's turn and hold it."""
        lock, waiting = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._locks.pop(key)
            if waiting > 1:
                self._locks[key] = (lock, waiting - 1)


def answer_once(deps: Deps, turns: Turns, app: ASGIApp) -> ASGIApp:
    """Wrap a handler that `authorise` has let the caller through to."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        given = Headers.from_scope(scope).get(HEADER)
        exempt = scope["route_handler"].opt.get("idempotency") is False
        if given is None or scope["method"] != "POST" or exempt:  # type: ignore[typeddict-item]
            await app(scope, receive, send)
            return
        caller: Caller = scope["user"]
        key, path = f"{caller.key_no} {_checked(given)}", scope["path"]
        body_hash = await _body_hash(scope, receive, send)
        async with turns.of(caller.project_no, key, path):
            since_ms = deps.clock.now_ms() - store.KEPT_MS
            kept = await deps.db.read(
                lambda conn: store.find_answer(conn, caller.project_no, key, path, since_ms)
            )
            if kept is not None:
                await _replay(kept, body_hash, send)
                return
            record = Recorder(send)
            await app(scope, receive, record)
            if (answer := record.answer(body_hash)) is not None:
                now_ms = deps.clock.now_ms()
                await deps.db.write(
                    lambda conn: store.keep_answer(conn, caller.project_no, key, path, answer, now_ms)
                )
            await record.release()

    return run


class Recorder:
    """Holds an answer back until it has been kept, so that nobody sees one that a repetition would not get."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        """Take one message of the answer."""
        self._messages.append(message)

    def answer(self, body_hash: bytes) -> KeptAnswer | None:
        """Return what to keep: nothing for a failure of ours or a limit."""
        start, *rest = self._messages
        status: int = start["status"]  # type: ignore[typeddict-item]
        if status >= 500 or status == 429:
            return None
        content_type = Headers(start["headers"]).get("content-type", "")  # type: ignore[typeddict-item]
        return KeptAnswer(body_hash, status, content_type, b"".join(m.get("body", b"") for m in rest))  # type: ignore[misc]

    async def release(self) -> None:
        """Send the answer."""
        for message in self._messages:
            await self._send(message)


def _checked(given: str) -> str:
    if not 1 <= len(given) <= 255 or not all(" " <= letter <= "~" for letter in given):
        raise Malformed(Problem("Idempotency-Key", "Must be 1-255 printable ASCII characters."))
    return given


async def _body_hash(scope: Scope, receive: Receive, send: Send) -> bytes:
    # The framework keeps the body it has read with the scope, so the handler can read it again.
    request: Request[object, object, object] = Request(scope, receive, send)  # type: ignore[type-var]
    query: bytes = scope["query_string"]
    return hashlib.sha256(len(query).to_bytes(8, "big") + query + await request.body()).digest()


async def _replay(kept: KeptAnswer, body_hash: bytes, send: Send) -> None:
    if kept.body_hash != body_hash:
        raise Conflict(
            "This Idempotency-Key was used for another body on this path within 24 hours.",
            code="idempotency_key_reused",
        )
    headers = [(b"idempotent-replay", b"true"), (b"content-length", str(len(kept.body)).encode())]
    if kept.content_type:
        headers.append((b"content-type", kept.content_type.encode("latin-1")))
    await send({"type": "http.response.start", "status": kept.status, "headers": headers})
    await send({"type": "http.response.body", "body": kept.body, "more_body": False})
