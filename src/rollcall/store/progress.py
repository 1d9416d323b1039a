"""How long a participant has been proven to play live: where their playing time goes on after a restart.

The statement is built once: it is asked for every connection that returns.
"""

from typing import Final

from sqlalchemy import Connection, bindparam, select

from rollcall.domain.credit.spans import Slice
from rollcall.domain.ids import MediaNo, ProjectNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.store.tables import plays, spans

_LIVE: Final = (
    select(spans.c.start_ms, spans.c.end_ms, spans.c.content_from_ms, spans.c.content_to_ms)
    .join(plays, plays.c.no == spans.c.play_no)
    .where(
        plays.c.project_no == bindparam("project_no"),
        plays.c.media_no == bindparam("media_no"),
        plays.c.user_id == bindparam("user_id"),
        spans.c.state == "playing",
        spans.c.unverified.is_(False),
        spans.c.late.is_(False),
    )
)


def live_playing_of(
    connection: Connection, project_no: ProjectNo, media_no: MediaNo, user_id: UserId
) -> list[Slice]:
    """Return the participant's playing spans of live grade, over all plays."""
    values = {"project_no": project_no, "media_no": media_no, "user_id": user_id}
    return [
        Slice(Interval(start_ms, end_ms), Interval(content_from_ms, content_to_ms))
        for start_ms, end_ms, content_from_ms, content_to_ms in connection.execute(_LIVE, values).all()
    ]
