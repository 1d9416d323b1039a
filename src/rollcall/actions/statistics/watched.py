"""What was counted of everybody: arrays by user, and by user and session, media or check."""

from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rollcall.domain.credit import Credit, Listed, Share
from rollcall.store.attendance import Ints

LISTED = [field.name for field in fields(Listed)]


@dataclass(frozen=True, slots=True)
class Shares:
    """Milliseconds: those that count, which of these were recovered, and those that do not count."""

    watched: Ints
    recovered: Ints
    unverified: Ints
    voided: Ints

    def put(self, at: Any, share: Share) -> None:
        """Set the figures at one place."""
        for array, value in zip(
            (self.watched, self.recovered, self.unverified, self.voided), astuple(share), strict=True
        ):
            array[at] = value


@dataclass(frozen=True, slots=True)
class Watched:
    """Figures by user: in all, by session and media; what only plain plays prove; what is listed, in order of `LISTED`.

    `present[user, check]` tells whether the user was there to be asked.
    """

    total: Shares
    plain: Ints
    sessions: Shares
    media: Ints
    listed: Ints
    present: NDArray[np.bool_]

    def put(self, user: int, credit: Credit) -> None:
        """Set everything of one user but the presence; sessions and media are in the order of the report."""
        self.total.put(user, credit.total)
        self.plain[user] = credit.watched_plain_ms
        for position, share in enumerate(credit.sessions):
            self.sessions.put((user, position), share)
        self.listed[user] = astuple(credit.listed)


def nothing_watched(users: int, sessions: int, media: int, checks: int) -> Watched:
    """Return figures that are all zero."""
    return Watched(
        total=_shares((users,)),
        plain=np.zeros(users, np.int64),
        sessions=_shares((users, sessions)),
        media=np.zeros((users, media), np.int64),
        listed=np.zeros((users, len(LISTED)), np.int64),
        present=np.zeros((users, checks), np.bool_),
    )


def _shares(shape: tuple[int, ...]) -> Shares:
    return Shares(*(np.zeros(shape, np.int64) for _ in fields(Shares)))
