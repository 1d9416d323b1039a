"""Withdrawing access: whoever may not watch any more loses the grant, the picture and the open player.

`sweep` looks at everybody who is connected (access also ends by itself, when its time is over); `withdraw` at those
whom a change of lists may concern, connected or not.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rollcall.actions.launch import forbidden
from rollcall.actions.media_control import MediaControl
from rollcall.base.clock import Clock
from rollcall.domain.access import Open, access
from rollcall.domain.ids import MediaNo, PlayId, ProjectNo, UserId
from rollcall.live.hub import Hub
from rollcall.store import media, participants, withdrawals
from rollcall.store.database import Connection, Database
from rollcall.wire import viewer_out
from rollcall.wire.close import Close

MEDIA_OVER = "media_over"


@dataclass(frozen=True, slots=True)
class Gate:
    """What it takes to shut somebody out."""

    db: Database
    hub: Hub
    media: MediaControl
    clock: Clock


async def sweep(gate: Gate) -> None:
    """Shut out every connected user who has no access now: one query per room."""
    rooms = {media_no: room.users() for media_no, room in gate.hub.rooms() if room.users()}
    if not rooms:
        return
    owners = await gate.db.read(lambda conn: media.projects_of(conn, list(rooms)))
    for media_no, users in rooms.items():
        await withdraw(gate, owners[media_no], [media_no], users)


async def withdraw(
    gate: Gate, project_no: ProjectNo, media_nos: Iterable[MediaNo], users: Sequence[UserId] | None = None
) -> None:
    """Shut out those of `users` (default: everybody with a grant) who have no access to a media now."""
    for media_no in media_nos:
        await _withdraw(gate, project_no, media_no, users)


async def _withdraw(
    gate: Gate, project_no: ProjectNo, media_no: MediaNo, users: Sequence[UserId] | None
) -> None:
    now_ms = gate.clock.now_ms()
    shut = await gate.db.read(lambda conn: _without_access(conn, project_no, media_no, users, now_ms))
    for code, those in shut.items():
        await _shut_out_all(gate, project_no, media_no, those, code)


async def close_media(gate: Gate, project_no: ProjectNo, media_no: MediaNo) -> None:
    """Shut out everybody, connected or not, because the media is no more to be watched."""
    holders = await gate.db.read(lambda conn: withdrawals.users_with_grants(conn, project_no, media_no))
    everybody = list({*holders, *gate.hub.room(media_no).users()})
    await _shut_out_all(gate, project_no, media_no, everybody, MEDIA_OVER)


async def _shut_out_all(
    gate: Gate, project_no: ProjectNo, media_no: MediaNo, users: Sequence[UserId], code: str
) -> None:
    for start in range(0, len(users), participants.CHUNK):
        await _shut_out(gate, project_no, media_no, users[start : start + participants.CHUNK], code)


async def _shut_out(
    gate: Gate, project_no: ProjectNo, media_no: MediaNo, users: Sequence[UserId], code: str
) -> None:
    """Revoke the grants of these users, refuse their path tokens, tell their players why and close them."""
    now_ms = gate.clock.now_ms()

    def revoke(conn: Connection) -> list[PlayId]:
        return withdrawals.revoke_grants(conn, project_no, media_no, users, now_ms)

    plays = await gate.db.write(revoke)
    if plays:
        gate.media.revoke(plays)
    gate.hub.send_users(media_no, users, viewer_out.encode(viewer_out.Refused(code)))
    gate.hub.close_users(media_no, users, Close.NO_ACCESS)


def _without_access(
    conn: Connection, project_no: ProjectNo, media_no: MediaNo, users: Sequence[UserId] | None, now_ms: int
) -> dict[str, list[UserId]]:
    """Return who has no access now, by the code of the reason."""
    if users is None:
        users = withdrawals.users_with_grants(conn, project_no, media_no)
    rows = participants.access_rows(conn, project_no, media_no, users)
    shut: dict[str, list[UserId]] = defaultdict(list)
    for user_id in users:
        verdict = access(rows[user_id], now_ms)
        if not isinstance(verdict, Open):
            shut[forbidden(verdict).code].append(user_id)
    return shut
