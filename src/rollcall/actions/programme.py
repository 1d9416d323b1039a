"""Who speaks, and what comes when, as organisers write it beside the picture. Players are told by `actions/aside`."""

from collections.abc import Sequence

from rollcall.actions.aside import programme_of
from rollcall.actions.quizzes import Place
from rollcall.actions.sessions import require_media, require_session
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ProjectNo
from rollcall.domain.programme import Item, Speaker, check_programme
from rollcall.store import audit
from rollcall.store import materials as store
from rollcall.store.database import Connection, Database


async def write_programme(db: Database, at: Place, items: Sequence[Item] | None) -> None:
    """Show this programme instead of the sessions; None: the sessions again. Raises NotFound, Malformed."""
    check_programme(items or ())

    def write(conn: Connection) -> None:
        of = require_media(conn, at.project_no, at.code)
        store.write_programme(conn, of, items)
        _record(
            conn, at, "programme.write" if items is not None else "programme.remove", items=len(items or ())
        )

    await db.write(write)


async def write_speaker(db: Database, at: Place, session_id: str | None, speaker: Speaker | None) -> None:
    """Say who speaks at a media, or in a session of it; None: nobody. Raises NotFound."""

    def write(conn: Connection) -> None:
        of = require_media(conn, at.project_no, at.code)
        if session_id is None:
            store.write_speaker(conn, of, speaker)
        else:
            store.write_session_speaker(conn, require_session(conn, of, session_id), speaker)
        name = None if speaker is None else speaker.name
        _record(conn, at, "speaker.write", session=session_id, name=name)

    await db.write(write)


def read_speaker(conn: Connection, project_no: ProjectNo, code: str, session_id: str | None) -> Speaker:
    """Return who speaks at a media, or in a session of it; raises NotFound."""
    of = require_media(conn, project_no, code)
    if session_id is None:
        found = store.written(conn, [of.no])[of.no].speaker
    else:
        found = store.session_speaker(conn, require_session(conn, of, session_id))
    if found is None:
        raise NotFound("Nobody is named here as the speaker.")
    return found


def read_programme(conn: Connection, project_no: ProjectNo, code: str) -> tuple[list[Item], bool]:
    """Return the programme that players show, and whether an organiser has written it; raises NotFound."""
    of = require_media(conn, project_no, code)
    written = store.written(conn, [of.no])[of.no]
    return programme_of(written, store.list_parts(conn, [of.no])[of.no]), written.programme is not None


def _record(conn: Connection, at: Place, action: str, **detail: object) -> None:
    audit.record(conn, at.project_no, at.actor, action, at.code, at.now_ms, **detail)
