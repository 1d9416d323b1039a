"""Raising flags, and a reviewer's note on them. Flags are read by people and decide nothing."""

from collections.abc import Sequence
from dataclasses import replace

from rollcall.domain.errors import NotFound
from rollcall.domain.flags.kinds import OF_BROADCASTS
from rollcall.domain.ids import ProjectNo
from rollcall.live.plays import LivePlay
from rollcall.store import audit, flags, statistics
from rollcall.store.database import Connection, Database
from rollcall.store.flags import Flag, Raised


def of_play(play: LivePlay) -> list[Raised]:
    """Take what the rows that wait of this play have shown."""
    return [
        Raised(
            play.project_no,
            play.event_no,
            play.media_no,
            play.user_id,
            play.no,
            replace(sign, key=sign.key or play.code),
        )
        for sign in play.watch.take()
    ]


def store_signs(conn: Connection, raised: Sequence[Raised]) -> None:
    """Store what rows of evidence have shown, in their own transaction. A recording has its own time and any speed."""
    media = {one.media_no for one in raised if one.sign.kind in OF_BROADCASTS}
    recordings = flags.recordings_among(conn, media) if media else frozenset()
    flags.add_signs(
        conn, [one for one in raised if one.sign.kind not in OF_BROADCASTS or one.media_no not in recordings]
    )


async def note_flag(
    db: Database, project_no: ProjectNo, code: str, flag_no: int, note: str, actor: str, now_ms: int
) -> Flag:
    """Keep what a reviewer found a flag to be. Raises NotFound."""

    def keep(conn: Connection) -> Flag:
        media = statistics.find_media(conn, project_no, code)
        if media is None:
            raise NotFound(f"There is no media '{code}' in this project.")
        flag = flags.note_flag(conn, project_no, media.no, flag_no, note, actor, now_ms)
        if flag is None:
            raise NotFound("There is no such flag.")
        detail = {"kind": flag.kind, "user_id": flag.user_id, "note": note}
        audit.record(conn, project_no, actor, "flag.note", str(flag_no), now_ms, **detail)
        return flag

    return await db.write(keep)
