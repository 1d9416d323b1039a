"""One viewer socket: sending without ever waiting, ticks, and closing from outside.

A send is stepped once: whatever the socket cannot take at that moment is the viewer's loss, not the room's, and the
viewer reconnects. It knows the socket's protocol, not what the messages mean.
"""

import asyncio
from typing import Any

from litestar.types import Send

from rollcall.domain.ids import UserId
from rollcall.wire import viewer_out
from rollcall.wire.close import Close


class ViewerConnection:
    """Satisfies `live.hub.Connection`. `user_id` is known once the play is open."""

    __slots__ = ("_send", "_task", "closing", "last_heard_s", "user_id")

    def __init__(self, send: Send, task: asyncio.Task[Any], now_s: float) -> None:
        self._send = send
        self._task = task
        self.user_id = UserId("")
        self.closing: Close | None = None
        self.last_heard_s = now_s

    def tell(self, message: viewer_out.ViewerOut) -> None:
        """Send one message."""
        self.send(viewer_out.encode(message))

    def send(self, payload: bytes) -> None:
        """Send encoded bytes now or close the connection as TOO_SLOW."""
        if self.closing is not None:
            return
        step = self._send({"type": "websocket.send", "bytes": None, "text": payload.decode()})
        try:
            step.send(None)  # type: ignore[attr-defined]  # a coroutine, as every ASGI server passes
        except StopIteration:
            return
        except OSError:
            self.close(Close.SILENT)
            return
        step.close()  # type: ignore[attr-defined]
        self.close(Close.TOO_SLOW)

    def close(self, code: Close) -> None:
        """End the connection soon with `code`; the first code stays."""
        if self.closing is None:
            self.closing = code
            self._task.cancel()
