"""The count of pages that framed the player without being allowed to."""

from sqlalchemy import Connection, insert, update

from rollcall.store.tables import framing_refusals


def count_framing(conn: Connection, project_no: int, origin: str, times: int, now_ms: int) -> None:
    """Count `times` attempts of `origin` to frame a media of this project without being allowed to."""
    of_origin = (framing_refusals.c.project_no == project_no) & (framing_refusals.c.origin == origin)
    again = update(framing_refusals).where(of_origin)
    if not conn.execute(again.values(count=framing_refusals.c.count + times, last_ms=now_ms)).rowcount:
        values = {"project_no": project_no, "origin": origin, "count": times, "last_ms": now_ms}
        conn.execute(insert(framing_refusals).values(values))
