"""Which prompts are proven to have reached a player, as written down; how that is proven is told in `live/arrivals`."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from rollcall.domain.ids import CheckId, PlayNo, UserId
from rollcall.store.open_prompts import is_open
from rollcall.store.tables import checks, prompts


class Arrived(NamedTuple):
    """A play has answered a tick, sent at `at_ms`, which came after this issue of a prompt on the same connection."""

    check: CheckId
    issued_ms: int
    user_id: UserId
    play_no: PlayNo
    at_ms: int


def note_arrivals(conn: Connection, arrivals: Sequence[Arrived]) -> None:
    """Note that prompts have reached a play, as proven first; ended ones and repeats change nothing."""
    if not arrivals:
        return
    check_no = select(checks.c.no).where(checks.c.code == bindparam("of_check")).scalar_subquery()
    statement = (
        update(prompts)
        .where(
            prompts.c.check_no == check_no,
            prompts.c.user_id == bindparam("of_user"),
            prompts.c.issued_ms == bindparam("issued"),
            prompts.c.arrived_ms.is_(None),
            is_open(),
        )
        .values(arrived_ms=bindparam("at"), arrived_play_no=bindparam("play"))
    )
    conn.execute(
        statement,
        [
            {
                "of_check": row.check,
                "issued": row.issued_ms,
                "of_user": row.user_id,
                "at": row.at_ms,
                "play": row.play_no,
            }
            for row in arrivals
        ],
    )
