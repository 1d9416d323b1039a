"""What every room is shown beside its picture: read for all rooms at once and told when it has changed."""

from collections.abc import Sequence

from rollcall.domain.ids import MediaNo
from rollcall.domain.programme import Item, Speaker, of_sessions
from rollcall.domain.sessions import Session
from rollcall.live.hub import Hub
from rollcall.store import materials as store
from rollcall.store.database import Connection, Database
from rollcall.store.materials import Material
from rollcall.wire import aside_out, viewer_out

NOTHING = aside_out.Aside([], None, [])


def read_asides(conn: Connection, media_nos: Sequence[MediaNo]) -> dict[MediaNo, aside_out.Aside]:
    """Return what stands beside each of these media."""
    found = store.list_materials(conn, media_nos)
    written = store.written(conn, media_nos)
    parts = store.list_parts(conn, media_nos)
    return {
        no: aside_out.Aside(
            [_material(one) for one in found if one.media_no == no],
            _speaker(written[no].speaker),
            [_item(one) for one in programme_of(written[no], parts[no])],
        )
        for no in media_nos
        if no in written
    }


def programme_of(written: store.Written, parts: Sequence[tuple[Session, Speaker | None]]) -> list[Item]:
    """Return the programme that an organiser has written, else that of the sessions."""
    if written.programme is not None:
        return written.programme
    speakers = {session.id: speaker for session, speaker in parts if speaker is not None}
    return of_sessions([session for session, _ in parts], speakers)


def greet(conn: Connection, media_no: MediaNo) -> bytes | None:
    """Return what to tell newcomers, encoded; None where nothing stands there."""
    aside = read_asides(conn, [media_no]).get(media_no, NOTHING)
    return None if aside == NOTHING else viewer_out.encode(aside)


class AsideBoard:
    """The latest `aside` of each room. Call `refresh` each 2 s."""

    def __init__(self, db: Database, hub: Hub) -> None:
        self._db = db
        self._hub = hub
        self._told: dict[MediaNo, aside_out.Aside] = {}

    async def refresh(self) -> None:
        """Read what stands beside every media that has viewers, and tell the rooms where it has changed."""
        nos = [media_no for media_no, room in self._hub.rooms() if room.users()]
        now = await self._db.read(lambda conn: read_asides(conn, nos)) if nos else {}
        for media_no, aside in now.items():
            if aside != self._told.get(media_no, NOTHING):
                self._hub.send_room(media_no, viewer_out.encode(aside))
        self._told = now


def _material(row: Material) -> aside_out.MaterialOut:
    file = row.file
    name, size = (None, None) if file is None else (file.name, file.size_bytes)
    return aside_out.MaterialOut(row.id, "link" if file is None else "file", row.title, row.url, name, size)


def _speaker(speaker: Speaker | None) -> aside_out.SpeakerOut | None:
    return None if speaker is None else aside_out.SpeakerOut(speaker.name, speaker.role, speaker.description)


def _item(item: Item) -> aside_out.ProgrammeItem:
    moments = item.starts_ms, item.ends_ms, item.from_ms, item.to_ms
    return aside_out.ProgrammeItem(item.title, _speaker(item.speaker), *moments)
