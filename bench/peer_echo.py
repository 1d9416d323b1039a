"""The peer: a bare WebSocket application on the same server with the same options. Prints its port and serves.

It echoes what it is told, and sends what begins with "*" to everybody, each send stepped once as ours is.
"""

import socket
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, cast

import uvicorn
import uvloop

Send = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]
connected: set[Send] = set()


async def app(scope: Any, receive: Callable[[], Awaitable[dict[str, Any]]], send: Send) -> None:
    """Echo one connection."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    connected.add(send)
    try:
        while (message := await receive())["type"] == "websocket.receive":
            text = message["text"]
            if text.startswith("*"):
                _send_all(text)
            else:
                await send({"type": "websocket.send", "text": text})
    finally:
        connected.discard(send)


def _send_all(text: str) -> None:
    for send in list(connected):
        try:
            send({"type": "websocket.send", "text": text}).send(None)
        except StopIteration:
            continue


def main() -> None:
    """Serve on any free port until terminated."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(
        cast("Any", app),
        loop="none",
        http="httptools",
        ws="websockets-sansio",
        ws_ping_interval=None,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        backlog=4096,
    )
    uvloop.run(_serve(uvicorn.Server(config), listening))


async def _serve(server: uvicorn.Server, listening: socket.socket) -> None:
    await server.serve([listening])


if __name__ == "__main__":
    main()
