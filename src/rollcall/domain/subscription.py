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

    A period counts from when somebody is added, or from `starts_ms` where access begins later.
    `hard`: nobody has access beyond `ends_ms`, or beyond the period where there is no `ends_ms`; and who was taken off
    the list is not let in again by being added.
    """

    kind: Kind = "password"
    description: str = ""
    period_days: int | None = None
    starts_ms: int | None = None
    ends_ms: int | None = None
    activations: int = ACTIVATIONS
    hard: bool = False

    def hard_end_ms(self, since_ms: int) -> int | None:
        """Return the end beyond which who was added at `since_ms` has no access, None when there is none."""
        if not self.hard or self.ends_ms is not None:
            return self.ends_ms if self.hard else None
        return self.period_end_ms(since_ms)

    def period_end_ms(self, since_ms: int) -> int | None:
        """Return when the period of who was added at `since_ms` is over, None without a period."""
        if self.period_days is None:
            return None
        return max(since_ms, self.starts_ms or 0) + self.period_days * DAY_MS


@dataclass(frozen=True, slots=True)
class Access:
    """When a customer may watch: from, until (None = open)."""

    from_ms: int | None
    until_ms: int | None


def first_access(subscription: Subscription, wish_ms: int | None, now_ms: int) -> Access:
    """Return the access of somebody who is added now, until `wish_ms` when the caller names an end; raises Conflict."""
    until_ms = wish_ms
    if until_ms is None:
        until_ms = subscription.ends_ms
    if until_ms is None:
        until_ms = subscription.period_end_ms(now_ms)
    limited_ms = _limited(subscription.hard_end_ms(now_ms), until_ms, asked=wish_ms is not None)
    return _begun(Access(subscription.starts_ms, limited_ms))


def changed_access(subscription: Subscription, access: Access, until_ms: int | None, since_ms: int) -> Access:
    """Return an access with another end; raises Conflict beyond a hard subscription's end or before the beginning."""
    return _begun(
        replace(access, until_ms=_limited(subscription.hard_end_ms(since_ms), until_ms, asked=True))
    )


def capped(end_ms: int | None, until_ms: int | None) -> int | None:
    """Return the earlier of two ends; None is never."""
    ends = [each for each in (end_ms, until_ms) if each is not None]
    return min(ends, default=None)


def _begun(access: Access) -> Access:
    """Return the access; raises Conflict when it would end before it begins."""
    if access.from_ms is not None and access.until_ms is not None and access.until_ms <= access.from_ms:
        raise Conflict("The access would end before it begins", code="ends_before_it_begins")
    return access


def _limited(end_ms: int | None, until_ms: int | None, *, asked: bool) -> int | None:
    if end_ms is None or (until_ms is not None and until_ms <= end_ms):
        return until_ms
    if asked:
        raise Conflict("access_expire is beyond the end of this subscription", code="beyond_the_end")
    return end_ms
