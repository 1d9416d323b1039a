"""Reviews: a person's word on a participant's unverified time. Rows are only ever added."""

from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, insert, select

from rollcall.domain.ids import EventNo, MediaNo, ProjectNo, UserId
from rollcall.store.tables import media, plays, reviews


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Whose time is judged: a participant with evidence at a media, archived or not."""

    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo
    user_id: UserId


@dataclass(frozen=True, slots=True)
class Review:
    """One review as it is shown."""

    no: int
    code: str
    from_ms: int
    to_ms: int
    counts: bool
    reason: str
    actor: str
    created_ms: int


def has_media(conn: Connection, project_no: ProjectNo, code: str) -> bool:
    """Tell whether the project has or had this media."""
    query = select(media.c.no).where(media.c.project_no == project_no, media.c.code == code)
    return conn.execute(query).first() is not None


def find_reviewed(conn: Connection, project_no: ProjectNo, code: str, user_id: UserId) -> Reviewed | None:
    """Return the participant if they have ever opened the media."""
    query = (
        select(plays.c.project_no, plays.c.event_no, plays.c.media_no, plays.c.user_id)
        .join(media, media.c.no == plays.c.media_no)
        .where(media.c.project_no == project_no, media.c.code == code, plays.c.user_id == user_id)
        .limit(1)
    )
    row = conn.execute(query).first()
    return None if row is None else Reviewed(*row)


def add_review(conn: Connection, of: Reviewed, review: Review) -> Review:
    """Store a review and return it with its number."""
    values = {name: value for name, value in asdict(review).items() if name != "no"} | asdict(of)
    no = conn.execute(insert(reviews).values(values).returning(reviews.c.no)).scalar_one()
    return replace(review, no=no)


def reviews_after(conn: Connection, of: Reviewed, after_no: int, limit: int) -> list[Review]:
    """Return up to `limit` reviews of the participant in the order of their making."""
    c = reviews.c
    query = (
        select(c.no, c.code, c.from_ms, c.to_ms, c.counts, c.reason, c.actor, c.created_ms)
        .where(c.project_no == of.project_no, c.media_no == of.media_no, c.user_id == of.user_id)
        .where(c.no > after_no)
        .order_by(c.no)
        .limit(limit)
    )
    return [Review(*row) for row in conn.execute(query)]
