"""What handlers are given: the objects that `main` builds once, and where this server is reached.

`settings.port` is the bound port (main replaces a 0), so links are right from the first request.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from litestar.di import NamedDependency

from rollcall.actions.access import Gate
from rollcall.actions.making import ExportMaker
from rollcall.actions.materials import Materials
from rollcall.actions.media_control import MediaControl
from rollcall.actions.recordings import Recordings
from rollcall.actions.reports import Reports
from rollcall.base.clock import Clock
from rollcall.base.secrets import Secrets
from rollcall.base.settings import Settings
from rollcall.live.chat_feed import ChatFeed
from rollcall.live.hub import Hub
from rollcall.store.database import Database

ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, never bound here


@dataclass(frozen=True, slots=True)
class Deps:
    """Collaborators of every handler. `problems` says why this server is not ready (empty = ready)."""

    db: Database
    clock: Clock
    hub: Hub
    settings: Settings
    secrets: Secrets
    media: MediaControl
    feed: ChatFeed
    reports: Reports
    exports: ExportMaker
    recordings: Recordings
    materials: Materials
    problems: Callable[[], Sequence[str]] = tuple

    def gate(self) -> Gate:
        """Return what it takes to shut somebody out."""
        return Gate(self.db, self.hub, self.media, self.clock)

    def base_url(self) -> str:
        """Return the address of this server as browsers reach it, without a slash at the end."""
        if self.settings.base_url is not None:
            return self.settings.base_url.rstrip("/")
        return f"http://{_reachable(self.settings.host)}:{self.settings.port}"

    def rtmp_url(self) -> str:
        """Return the RTMP address to type into an encoder; the stream key is entered apart."""
        if self.settings.rtmp_base_url is not None:
            return self.settings.rtmp_base_url.rstrip("/")
        host = self.settings.rtmp_host or self.settings.host
        return f"rtmp://{_reachable(host)}:{self.media.rtmp_port}/live"


Given = NamedDependency[Deps]


def _reachable(host: str) -> str:
    if host in ANY_ADDRESS:
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
