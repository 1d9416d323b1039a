"""Reviews: a person looks at unverified time and says, with a reason, whether it counts.

Nothing is ever taken back: a later review of the same moments holds, and every earlier one stays readable.
"""

from typing import Literal

from rollcall.base.secrets import new_code
from rollcall.domain.credit import Watching
from rollcall.domain.credit.grades import can_be_recovered, is_live
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ProjectNo, UserId
from rollcall.domain.rules import PUBLISHED, Rules
from rollcall.store import audit, reviews
from rollcall.store.database import Connection, Database
from rollcall.store.reviews import Review, Reviewed


async def review(
    db: Database,
    project_no: ProjectNo,
    media: str,
    user_id: UserId,
    window_ms: tuple[int, int],
    counts: bool,
    reason: str,
    actor: str,
    now_ms: int,
) -> Review:
    """Say whether the participant's unverified time in a window counts. Raises NotFound."""

    def store(conn: Connection) -> Review:
        of = require(conn, project_no, media, user_id)
        new = Review(0, new_code(), *window_ms, counts, reason, actor, now_ms)
        detail = {
            "media": media,
            "user_id": user_id,
            "from_ms": new.from_ms,
            "to_ms": new.to_ms,
            "counts": counts,
            "reason": reason,
        }
        audit.record(conn, project_no, actor, "review.add", new.code, now_ms, **detail)
        return reviews.add_review(conn, of, new)

    return await db.write(store)


def grade_of(span: Watching, rules: Rules = PUBLISHED) -> Literal["live", "late", "unverified"] | None:
    """Return the grade of a span by itself, before caps, outages and reviews; None when nothing played."""
    if span.state != "playing":
        return None
    if is_live(span):
        return "live"
    return "late" if can_be_recovered(span, rules) else "unverified"


def require(conn: Connection, project_no: ProjectNo, media: str, user_id: UserId) -> Reviewed:
    """Return a participant with evidence at a media, archived or not; raises NotFound."""
    if not reviews.has_media(conn, project_no, media):
        raise NotFound("There is no such media.")
    of = reviews.find_reviewed(conn, project_no, media, user_id)
    if of is None:
        raise NotFound("This participant has no evidence at this media.")
    return of
