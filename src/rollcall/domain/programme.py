"""The programme beside the picture: what comes when, and who speaks.

An organiser may write one; else the sessions that have a title and a window are the programme.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rollcall.domain.errors import Malformed, Problem
from rollcall.domain.ids import SessionId
from rollcall.domain.sessions import ContentWindow, Session, WallWindow

MOST_ITEMS = 200


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks: a name, perhaps what they are, and a text about them."""

    name: str
    role: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One part of a programme: by moments (Unix ms), by places in a recording (ms), or by its order alone."""

    title: str
    speaker: Speaker | None = None
    starts_ms: int | None = None
    ends_ms: int | None = None
    from_ms: int | None = None
    to_ms: int | None = None


def check_programme(items: Sequence[Item]) -> None:
    """Raise Malformed for an item that ends before it starts, or ends without a start."""
    for index, item in enumerate(items):
        if item.ends_ms is None:
            continue
        if item.starts_ms is None:
            raise Malformed(
                Problem(f"$.items[{index}].starts_at", "What ends has to start: give 'starts_at' too.")
            )
        if item.ends_ms <= item.starts_ms:
            raise Malformed(Problem(f"$.items[{index}].ends_at", "Must be later than 'starts_at'."))


def of_sessions(sessions: Sequence[Session], speakers: Mapping[SessionId, Speaker]) -> list[Item]:
    """Return the programme that sessions make, in the order of their windows."""
    return sorted((_item(session, speakers.get(session.id)) for session in sessions), key=_begin)


def _item(session: Session, speaker: Speaker | None) -> Item:
    match session.window:
        case WallWindow(starts_ms, ends_ms):
            return Item(session.title, speaker, starts_ms, ends_ms)
        case ContentWindow(from_ms, to_ms):
            return Item(session.title, speaker, from_ms=from_ms, to_ms=to_ms)


def _begin(item: Item) -> int:
    return item.starts_ms if item.starts_ms is not None else item.from_ms or 0
