"""How a player votes, and what is told of it: to every player of the participant, once the vote is on disk."""

from rollcall.actions.poll_desk import PollDesk, Word
from rollcall.actions.quiz_attempts import Taker
from rollcall.domain.errors import Conflict
from rollcall.live.limits import Limit
from rollcall.web.deps import Deps
from rollcall.wire import poll_out, viewer_in, viewer_out


def pace() -> Limit:
    """Return how often a participant may vote, over all players: a page in order never comes near."""
    return Limit(burst=20, per_minute=60)


async def hear(
    deps: Deps, desk: PollDesk, limit: Limit, taker: Taker, said: viewer_in.PollVote
) -> poll_out.PollRefused | None:
    """Take a vote and tell the participant's players; return what is for this one alone."""
    now_ms = deps.clock.now_ms()
    wait_s = limit.take((str(taker.media_no), taker.user_id), now_ms)
    if wait_s:
        return poll_out.PollRefused(said.poll, "too_many_requests", said.turn, wait_s)
    try:
        told = await desk.take(Word(taker, said, now_ms))
    except Conflict as refusal:
        return poll_out.PollRefused(said.poll, refusal.code, said.turn)
    deps.hub.send_users(taker.media_no, [taker.user_id], viewer_out.encode(told))
    return None
