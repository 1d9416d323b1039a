"""Plays: opened players. Their evidence is written by `store.evidence`; here they are opened and taken over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, bindparam, insert, select, update

from rollcall.domain.evidence.step import Play
from rollcall.domain.ids import EventNo, MediaNo, PlayId, PlayNo, ProjectNo, UserId
from rollcall.store.grants import Grant, hash_secret
from rollcall.store.tables import media, plays
from rollcall.wire import play_state

NEVER_MS = 0


@dataclass(frozen=True, slots=True)
class Client:
    """Where a play was opened from."""

    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class NewPlay:
    """A play to be opened for the holder of a grant."""

    grant: Grant
    code: PlayId
    upload_key: str
    client: Client
    asked: bool = False

    def connected_ms(self, now_ms: int) -> int:
        """Return until when it can have been asked, having just been opened: whoever is asked may not know it yet."""
        return NEVER_MS if self.asked else now_ms


@dataclass(frozen=True, slots=True)
class HeldPlay:
    """A play as the process that holds `generation` of it knows it."""

    no: PlayNo
    code: PlayId
    generation: int
    rejected: int
    lost: int
    state: Play
    connected_ms: int | None = None


@dataclass(frozen=True, slots=True)
class KnownPlay:
    """A play as its upload key finds it, whoever is logged in now and whoever holds it."""

    no: PlayNo
    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo
    user_id: UserId
    opened_ms: int
    applied: int


def open_plays(conn: Connection, new: Sequence[NewPlay], now_ms: int) -> list[HeldPlay]:
    """Store these plays, in their order; the first generation of each belongs to the caller."""
    if not new:
        return []
    state = Play(opened_ms=now_ms)
    common = {"opened_ms": now_ms, "last_arrival_ms": now_ms, "state": play_state.encode(state)}
    stored = insert(plays).returning(plays.c.code, plays.c.no)
    rows = conn.execute(stored, [_values(play, now_ms) | common for play in new])
    numbers = {row.code: row.no for row in rows}
    return [
        HeldPlay(PlayNo(numbers[play.code]), play.code, 1, 0, 0, state, play.connected_ms(now_ms))
        for play in new
    ]


def _values(play: NewPlay, now_ms: int) -> dict[str, object]:
    return {
        "connected_ms": play.connected_ms(now_ms),
        "code": play.code,
        "project_no": play.grant.project_no,
        "event_no": play.grant.event_no,
        "media_no": play.grant.media_no,
        "grant_no": play.grant.no,
        "user_id": play.grant.user_id,
        "identity": play.grant.identity,
        "upload_key_hash": hash_secret(play.upload_key),
        "ip": play.client.ip,
        "user_agent": play.client.user_agent,
    }


def take_play(conn: Connection, grant: Grant, code: str, upload_key: str) -> HeldPlay | None:
    """Take an opened play over for a connection: its generation rises, so that no earlier holder can write it any more.

    None when the code and the upload key do not belong together, or the play is another user's or media's.
    """
    owner = (plays.c.media_no == grant.media_no) & (plays.c.user_id == grant.user_id)
    known = (plays.c.code == code) & (plays.c.upload_key_hash == hash_secret(upload_key))
    return _take(conn, owner & known)


def find_play(conn: Connection, media_code: str, code: str, upload_key: str) -> KnownPlay | None:
    """Return the play of this media to which the key may append evidence, also when access or the media has ended."""
    query = (
        select(
            plays.c.no,
            plays.c.project_no,
            plays.c.event_no,
            plays.c.media_no,
            plays.c.user_id,
            plays.c.opened_ms,
            plays.c.applied,
            media.c.code,
        )
        .join(media, media.c.no == plays.c.media_no)
        .where(plays.c.code == code, plays.c.upload_key_hash == hash_secret(upload_key))
    )
    row = conn.execute(query).one_or_none()
    return KnownPlay(*row[:-1]) if row is not None and row.code == media_code else None


def take_known(conn: Connection, known: KnownPlay) -> HeldPlay | None:
    """Take over a play that its upload key has found. None when its event is sealed: nothing is appended any more.

    There is no seal yet; it will be asked here, in the transaction that takes the play over.
    """
    return _take(conn, plays.c.no == known.no)


def _take(conn: Connection, which: ColumnElement[bool]) -> HeldPlay | None:
    raised = (
        update(plays)
        .where(which)
        .values(generation=plays.c.generation + 1)
        .returning(
            plays.c.no,
            plays.c.code,
            plays.c.generation,
            plays.c.rejected,
            plays.c.lost,
            plays.c.state,
            plays.c.connected_ms,
        )
    )
    row = conn.execute(raised).one_or_none()
    if row is None:
        return None
    state = play_state.decode(row.state)
    return HeldPlay(row.no, row.code, row.generation, row.rejected, row.lost, state, row.connected_ms)


def who_has_played(conn: Connection, media_no: MediaNo, users: Collection[UserId]) -> set[UserId]:
    """Return those of these users who have opened the media before."""
    query = select(plays.c.user_id).distinct().where(plays.c.media_no == media_no, plays.c.user_id.in_(users))
    return {UserId(user_id) for user_id in conn.execute(query).scalars()}


def count_fetched(conn: Connection, fetched: dict[str, tuple[int, int]], now_ms: int) -> None:
    """Add what the media process has just seen these plays fetch: play → (requests, last segment number)."""
    if not fetched:
        return
    change = (
        update(plays)
        .where(plays.c.code == bindparam("play"))
        .values(
            fetched=plays.c.fetched + bindparam("requests"), fetched_last=bindparam("last"), fetched_ms=now_ms
        )
    )
    rows = [{"play": play, "requests": count, "last": last} for play, (count, last) in fetched.items()]
    conn.execute(change, rows)
