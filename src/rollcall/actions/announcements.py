"""The announcement that is pinned in the player of a media: one at a time, told to every page within two seconds."""

from rollcall.actions.media import find
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ProjectNo
from rollcall.store import audit, media
from rollcall.store.database import Connection, Database
from rollcall.store.media import Announcement


async def pin(
    db: Database, project_no: ProjectNo, code: str, text: str, actor: str, now_ms: int
) -> Announcement:
    """Show this text in place of the one before. Raises NotFound."""

    def change(conn: Connection) -> Announcement:
        made = Announcement(text, now_ms)
        media.set_announcement(conn, find(conn, project_no, code).no, made)
        audit.record(conn, project_no, actor, "announcement.pin", code, now_ms, text=text)
        return made

    return await db.write(change)


async def unpin(db: Database, project_no: ProjectNo, code: str, actor: str, now_ms: int) -> None:
    """Show none any more; again it changes nothing. Raises NotFound for the media."""

    def change(conn: Connection) -> None:
        of = find(conn, project_no, code)
        if of.announcement is not None:
            media.set_announcement(conn, of.no, None)
            audit.record(conn, project_no, actor, "announcement.unpin", code, now_ms)

    await db.write(change)


def pinned(conn: Connection, project_no: ProjectNo, code: str) -> Announcement:
    """Return what is pinned now; raises NotFound."""
    found = find(conn, project_no, code).announcement
    if found is None:
        raise NotFound("Nothing is pinned in the player of this media.")
    return found
