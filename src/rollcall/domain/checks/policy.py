"""What presence checks do to watch time: which moments a policy voids, and when a player is not believed.

Both are read from the prompts of the whole event and change no outcome: `undelivered` and `cancelled` prompts never
void. Where an event joins User IDs, a stop is that of the one whose players were told of it, a doubt is that of the
participant. It knows nothing of spans.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rollcall.domain.intervals import Interval, Intervals, union
from rollcall.domain.sessions import FOREVER_MS

Policy = Literal["record", "stop_until_confirmed", "void_since_last_confirmed"]


@dataclass(frozen=True, slots=True)
class Miss:
    """A missed prompt: its lifetime was over at `expired_ms`, and every connected player had been told at `told_ms`.

    `session_since_ms`: the first playing of that User ID in the session of the check, None = in no session or none.
    """

    expired_ms: int
    session_since_ms: int | None = None
    told_ms: int = 0


class Stop(NamedTuple):
    """When time is stopped by a miss. A player that reported live at `told_ms` or later has been told of it."""

    told_ms: int
    moments: Interval


def stops(
    policy: Policy, misses: Sequence[Miss], confirmed_ms: Sequence[int], resumed_ms: Sequence[int]
) -> tuple[Stop, ...]:
    """Return what each miss of a User ID stops: time from then on, and what it takes back.

    Each miss stops until the next confirmation or `resume` on any play of the event; `void_since_last_confirmed` takes
    back the time since the last confirmation, or the first playing in this session if that is later, of which nobody
    has to be told.
    """
    if policy == "record":
        return ()
    back_ms = sorted([*confirmed_ms, *resumed_ms])
    found = [
        Stop(miss.told_ms, Interval(miss.expired_ms, _next(back_ms, miss.expired_ms))) for miss in misses
    ]
    if policy == "void_since_last_confirmed":
        found += [
            Stop(
                0, Interval(max(miss.session_since_ms, _last(confirmed_ms, miss.expired_ms)), miss.expired_ms)
            )
            for miss in misses
            if miss.session_since_ms is not None
        ]
    return tuple(found)


def disbelieved(unshown_ms: Sequence[int], confirmed_ms: Sequence[int], allowed: int) -> Intervals:
    """Return the moments in which a participant's time is unverified because players displayed no prompts.

    `unshown_ms`: when prompts ended that a player had received in view and never displayed. From the `allowed`-th on
    each of them disbelieves until the next confirmation: a published rule, not a suspicion.
    """
    ends_ms = sorted(unshown_ms)[allowed - 1 :]
    return union(Interval(at_ms, _next(sorted(confirmed_ms), at_ms)) for at_ms in ends_ms)


def _next(moments: Sequence[int], at_ms: int) -> int:
    return next((moment for moment in moments if moment >= at_ms), FOREVER_MS)


def _last(moments: Sequence[int], at_ms: int) -> int:
    return max((moment for moment in moments if moment <= at_ms), default=0)
