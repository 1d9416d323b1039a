"""The signal of a media as the media process reports it, and what a start of the server has to know."""

from sqlalchemy import Connection, func, select, update

from rollcall.domain.ids import MediaCode, PlayId
from rollcall.store.tables import grants, installation, media, plays


def set_signal(conn: Connection, code: MediaCode, at_ms: int | None) -> None:
    """Note since when the encoder has been on (None = off); the first time is when the media started."""
    values: dict[str, object] = {"signal_ms": at_ms}
    if at_ms is not None:
        values["started_ms"] = func.coalesce(media.c.started_ms, at_ms)
    conn.execute(update(media).where(media.c.code == code).values(values))


def clear_signals(conn: Connection) -> None:
    """At a start of the server: no encoder is connected."""
    of_encoders = (media.c.kind == "live", media.c.signal_ms.is_not(None))
    conn.execute(update(media).where(*of_encoders).values(signal_ms=None))


def last_commit_ms(conn: Connection, now_ms: int) -> int:
    """Return the time of the last commit of evidence; a new installation is entered as made at `now_ms`."""
    known = conn.execute(select(installation.c.last_commit_ms)).scalar()
    if known is None:
        conn.execute(installation.insert().values(no=1, created_ms=now_ms, last_commit_ms=now_ms))
        return now_ms
    return int(known)


def revoked_plays(conn: Connection) -> list[PlayId]:
    """Return the plays whose grant was withdrawn: their path tokens are refused for as long as they could live."""
    query = (
        select(plays.c.code)
        .join(grants, grants.c.no == plays.c.grant_no)
        .where(grants.c.revoked_ms.is_not(None))
    )
    return [PlayId(code) for code in conn.execute(query).scalars()]
