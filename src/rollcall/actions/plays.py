"""Opening a play, or taking one over after its connection broke."""

from collections.abc import Callable
from dataclasses import dataclass

from rollcall.actions.progress import read_progress
from rollcall.base.clock import Clock
from rollcall.base.secrets import new_key, new_play_id
from rollcall.domain.access import Open, access
from rollcall.domain.errors import Forbidden
from rollcall.domain.ids import PlayId
from rollcall.live.playing import Playing
from rollcall.live.plays import LivePlay
from rollcall.store import grants, participants, plays
from rollcall.store.database import Connection, Database
from rollcall.wire import viewer_in

UPLOAD_KEY = "upl"


@dataclass(frozen=True, slots=True)
class OpenedPlay:
    """A play that this process holds now. `upload_key` can append evidence to it and do nothing else."""

    grant: grants.Grant
    held: plays.HeldPlay
    upload_key: str
    resumed: bool
    user_name: str
    returns: bool  # the participant has opened this media before


async def enter(
    db: Database,
    clock: Clock,
    playing: Playing,
    media_code: str,
    hello: viewer_in.Hello,
    client: plays.Client,
) -> OpenedPlay:
    """Open a play for the grant of `hello`, or take over the one it names; durable when this returns.

    A play that is not the grant's own is not taken over: a new one opens, and its player sends nothing of the old.
    Raises Forbidden when the grant is unknown or its holder has no access now.
    """
    now_ms = clock.now_ms()

    def open_or_take(conn: Connection) -> OpenedPlay:
        grant = grants.find_grant(conn, media_code, hello.grant)
        if grant is None:
            raise Forbidden("This grant opens nothing (any more).", code="access_withdrawn")
        name = _admitted_name(conn, grant, now_ms)
        if hello.play is not None:
            held = plays.take_play(conn, grant, hello.play.id, hello.play.upload_key)
            if held is not None:
                return OpenedPlay(grant, held, hello.play.upload_key, True, name, returns=True)
        returns = plays.has_played(conn, grant.media_no, grant.user_id)
        upload_key = new_key(UPLOAD_KEY)
        held = plays.open_play(conn, grant, PlayId(new_play_id()), upload_key, client, now_ms)
        return OpenedPlay(grant, held, upload_key, False, name, returns)

    opened = await db.write(open_or_take)
    await _begin_counting(db, playing, opened, now_ms)
    return opened


def hold(opened: OpenedPlay, tell_durable: Callable[[int], None], give_up: Callable[[], None]) -> LivePlay:
    """Return the play as the event loop works on it."""
    grant, held = opened.grant, opened.held
    return LivePlay(
        no=held.no,
        code=held.code,
        project_no=grant.project_no,
        event_no=grant.event_no,
        media_no=grant.media_no,
        media_code=grant.media_code,
        user_id=grant.user_id,
        generation=held.generation,
        rejected=held.rejected,
        state=held.state,
        durable=held.state.applied,
        tell_durable=tell_durable,
        give_up=give_up,
    )


def _admitted_name(conn: Connection, grant: grants.Grant, now_ms: int) -> str:
    rows = participants.find_access_rows(conn, grant.project_no, grant.media_no, grant.user_id)
    verdict = access(rows, now_ms)
    if not isinstance(verdict, Open):
        raise Forbidden("The holder of this grant has no access now.", code="access_withdrawn")
    return grant.name or verdict.name or ""


async def _begin_counting(db: Database, playing: Playing, opened: OpenedPlay, now_ms: int) -> None:
    """After a restart of the server, continue at the playing time that the store proves."""
    media_no, user_id = opened.grant.media_no, opened.grant.user_id
    if not playing.knows(media_no, user_id):
        proven = await read_progress(db, media_no, user_id, now_ms) if opened.returns else None
        playing.set_baseline(media_no, user_id, proven.watched_ms if proven is not None else 0)
