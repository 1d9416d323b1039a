"""A receiver of notices in a thread, for tests of the real program: it goes on while servers are killed."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

PATIENCE_S = 60


@dataclass
class Hook:
    """A receiver in a thread; while it `holds`, requests come in and are not answered."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    holds: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)

    def next(self) -> tuple[dict[str, str], bytes]:
        """Wait for one more request."""
        assert self.came.acquire(timeout=PATIENCE_S)
        return self.got[-1]

    def until(self, type_: str) -> Any:
        """Wait for a notice of this type; return its body."""
        while True:
            body = json.loads(self.next()[1])
            if body["type"] == type_:
                return body


@contextmanager
def hooked() -> Iterator[Hook]:
    hook = Hook()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            hook.came.release()
            if hook.holds.is_set():
                hook.goes_on.wait(PATIENCE_S)
                return
            self.send_response(HTTPStatus.NO_CONTENT)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hook
    finally:
        hook.goes_on.set()
        server.shutdown()
        thread.join()
        server.server_close()
