"""A list as clients of Boomstream see it, a subscription: when access begins and ends for whoever is put on it.

Pure. Access ends at the earlier of what the caller wishes and, for a `hard` subscription, the subscription's own end.
"""

from dataclasses import dataclass, replace
from typing import Literal

from rollcall.domain.errors import Conflict

DAY_MS = 86_400_000
ACTIVATIONS = 3
Kind = Literal["subscription", "password", "collection"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a subscription adds to a list. `period_days` or `ends_ms` limits access; both None: it never ends.

    `hard`: nobody gets access beyond `ends_ms`, and who was taken off the list is not let in again by being added.
    """

    kind: Kind = "password"
    description: str = ""
    period_days: int | None = None
    starts_ms: int | None = None
    ends_ms: int | None = None
    activations: int = ACTIVATIONS
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """When a customer may watch: from, until (None = open)."""

    from_ms: int | None
    until_ms: int | None


def first_access(subscription: Subscription, wish_ms: int | None, now_ms: int) -> Access:
    """Return the access of somebody who is added now, until `wish_ms` when the caller names an end."""
    until_ms = wish_ms
    if until_ms is None:
        until_ms = subscription.ends_ms
    if until_ms is None and subscription.period_days is not None:
        until_ms = now_ms + subscription.period_days * DAY_MS
    return Access(subscription.starts_ms, _limited(subscription, until_ms, asked=wish_ms is not None))


def changed_access(subscription: Subscription, access: Access, until_ms: int | None) -> Access:
    """Return an access with another end; raises Conflict beyond the end of a hard subscription."""
    return replace(access, until_ms=_limited(subscription, until_ms, asked=True))


def _limited(subscription: Subscription, until_ms: int | None, *, asked: bool) -> int | None:
    end_ms = subscription.ends_ms
    if not subscription.hard or end_ms is None or (until_ms is not None and until_ms <= end_ms):
        return until_ms
    if asked:
        raise Conflict("access_expire is beyond the end of this subscription", code="beyond_the_end")
    return end_ms
