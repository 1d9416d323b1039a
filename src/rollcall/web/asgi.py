"""The one ASGI application of a server: viewer sockets and media go to their bare applications, the rest to the API."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from rollcall.web.socket import SocketDeps, viewer_socket

Bare = Callable[[Any, Any, Any], Awaitable[None]]  # any ASGI application
SOCKET = re.compile(r"/embed/([^/]{1,100})/socket")


def build_asgi(api: ASGIApp, media: Bare, sockets: SocketDeps) -> ASGIApp:
    """Return what the server runs. `media` answers everything under `/hls/`, with the path as it came."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.WEBSOCKET:
            found = SOCKET.fullmatch(scope["path"])
            if found is None:
                await receive()
                await send({"type": "websocket.close", "code": 1000, "reason": ""})
                return
            await viewer_socket(sockets, found[1], scope, receive, send)
        elif scope["type"] == ScopeType.HTTP and scope["path"].startswith("/hls/"):
            await media(scope, receive, send)
        else:
            await api(scope, receive, send)

    return app
