"""What dies with access: the grants of a user of a media, and the path tokens of their recent plays."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from rollcall.domain.ids import MediaNo, PlayId, ProjectNo, UserId
from rollcall.domain.path_token import LIFE_S
from rollcall.store.tables import grants, plays

# A play that has been silent for longer than a path token lives has none that still works.
RECENT_MS = 2 * LIFE_S * 1000


def revoke_grants(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, users: Sequence[UserId], now_ms: int
) -> list[PlayId]:
    """Revoke every grant of these users (at most 5,000) for the media; return the plays to shut out."""
    conn.execute(
        update(grants)
        .where(grants.c.project_no == project_no, grants.c.media_no == media_no)
        .where(grants.c.user_id.in_(users), grants.c.revoked_ms.is_(None))
        .values(revoked_ms=now_ms)
    )
    query = select(plays.c.code).where(
        plays.c.project_no == project_no,
        plays.c.media_no == media_no,
        plays.c.user_id.in_(users),
        plays.c.last_arrival_ms > now_ms - RECENT_MS,
    )
    return [PlayId(code) for code in conn.execute(query).scalars()]


def users_with_grants(conn: Connection, project_no: ProjectNo, media_no: MediaNo) -> list[UserId]:
    """Return who holds a grant of the media that is not revoked."""
    query = (
        select(grants.c.user_id)
        .distinct()
        .where(
            grants.c.project_no == project_no, grants.c.media_no == media_no, grants.c.revoked_ms.is_(None)
        )
    )
    return [UserId(user_id) for user_id in conn.execute(query).scalars()]
