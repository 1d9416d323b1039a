"""Which User IDs make one row of an event's report, and whose evidence is read when one of them is asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from rollcall.actions.statistics.frame import Ask, Frame
from rollcall.domain.flags.kinds import Kind
from rollcall.domain.ids import UserId
from rollcall.domain.joining import by_code, by_email
from rollcall.store import attendance
from rollcall.store.attendance import Whose
from rollcall.store.database import Connection
from rollcall.store.flags import FlagCount

Joined = Mapping[UserId, Sequence[UserId]]


def joins(frame: Frame) -> bool:
    """Tell whether rows of this report may have several User IDs: those of a media never do."""
    return frame.event is not None and frame.event.join_users_by != "none"


def join(connection: Connection, frame: Frame, users: set[UserId]) -> Joined:
    """Return the User IDs of each row, by the row's own."""
    assert frame.event is not None
    if frame.event.join_users_by == "email":
        return by_email(users, attendance.emails(connection, frame.project_no, frame.media_nos()))
    return by_code(users, {media.code for media in frame.media})


def whom(connection: Connection, frame: Frame, ask: Ask) -> Whose:
    """Return whose evidence the report needs: everybody's (None), or that of every ID of the participant asked for."""
    if ask.user_id is None or not joins(frame):
        return ask.user_id
    everybody = attendance.user_ids(connection, frame.project_no, frame.media_nos())
    rows = join(connection, frame, everybody)
    return next((ids for row, ids in rows.items() if ask.user_id in (row, *ids)), [])


def flags_of(rows: Joined, found: Mapping[UserId, Sequence[FlagCount]]) -> dict[UserId, list[FlagCount]]:
    """Return what was flagged of each row: the same kind of several User IDs adds up."""
    joined: dict[UserId, list[FlagCount]] = {}
    for row, ids in rows.items():
        by_kind: dict[Kind, list[FlagCount]] = defaultdict(list)
        for flag in (flag for user_id in ids for flag in found.get(user_id, ())):
            by_kind[flag.kind].append(flag)
        joined[row] = [
            FlagCount(
                kind, sum(f.count for f in same), min(f.first_ms for f in same), max(f.last_ms for f in same)
            )
            for kind, same in sorted(by_kind.items())
        ]
    return joined
