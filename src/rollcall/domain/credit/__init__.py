"""How long somebody watched: the reference rule, short enough to be read by whoever disputes a figure.

`E(user)` is what counts of the user's playing spans over all tabs and devices, and `watched(user, session) =
|E ∩ session|` in whole milliseconds of the server's clock: lengths of unions, never sums of parts. E is live time
minus what the presence policy voids, late time within its caps, and unverified time that a reviewer promoted, each
without hidden or behind time where the event says so. `grades` sorts the spans, `clock` and `content` count them on
the axis of each session, `listed` measures what is shown beside. `actions/statistics` computes the same for 50,000
users at once and is tested against this package.

The figure of a media is the rule applied to its plays and sessions alone; the total is the rule applied to all. So one
media's figure never depends on another's, and the total is never less than any of them.

Two counts come out. `watched_ms` is all that counts. `watched_plain_ms` is how much less would count without the
plain plays: who has both kinds of plays at one moment has proven that moment by signature. The package knows nothing
of where spans are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from rollcall.domain.credit.clock import proven_by_clock
from rollcall.domain.credit.content import proven_by_content
from rollcall.domain.credit.grades import grade
from rollcall.domain.credit.listed import Listed, listed
from rollcall.domain.credit.proof import Proof, both
from rollcall.domain.credit.spans import Session, Slice, Standing, Watching, wall
from rollcall.domain.ids import MediaNo
from rollcall.domain.intervals import Interval, Intervals, intersect, length, subtract
from rollcall.domain.rules import PUBLISHED, Rules
from rollcall.domain.sessions import ContentWindow, WallWindow, Window

__all__ = [
    "Count",
    "Credit",
    "Listed",
    "Session",
    "Share",
    "Slice",
    "Standing",
    "Watching",
    "credit",
    "credit_in",
    "presence",
    "prove",
    "share",
    "wall",
]  # fmt: skip


Proofs: TypeAlias = Mapping[tuple[MediaNo, type[Window]], Proof]


@dataclass(frozen=True, slots=True)
class Share:
    """What counts in one session, at one media or in all; `recovered_ms` is part of `watched_ms`, the rest is not."""

    watched_ms: int = 0
    recovered_ms: int = 0
    unverified_ms: int = 0
    voided_ms: int = 0


@dataclass(frozen=True, slots=True)
class Credit:
    """What one user watched: in all, per session in the order given, per media; and what is listed beside."""

    total: Share
    watched_plain_ms: int
    sessions: tuple[Share, ...]
    media: Mapping[MediaNo, Share]
    listed: Listed

    @property
    def watched_ms(self) -> int:
        """Return all that counts."""
        return self.total.watched_ms


def credit(
    spans: Sequence[Watching],
    sessions: Sequence[Session],
    now_ms: int,
    standing: Standing = Standing(),  # noqa: B008 - a frozen value
    rules: Rules = PUBLISHED,
) -> Credit:
    """Return what a user with these spans is credited in these sessions, as read at `now_ms`."""
    count = Count(sessions, now_ms, standing, rules)
    proofs = count.proofs(spans)
    media = {no: count.media(spans, no, proofs) for no in dict(sessions)}
    (whole,) = media.values() if len(media) == 1 else [count.total(spans)]
    signed = whole if all(span.signed for span in spans) else count.total([s for s in spans if s.signed])
    return Credit(
        total=whole,
        watched_plain_ms=max(0, whole.watched_ms - signed.watched_ms),
        sessions=tuple(count.in_sessions(spans, proofs)),
        media=media,
        listed=listed(spans, sessions, now_ms, rules),
    )


def credit_in(
    spans: Sequence[Watching],
    sessions: Sequence[Session],
    position: int,
    now_ms: int,
    standing: Standing = Standing(),  # noqa: B008 - a frozen value
    rules: Rules = PUBLISHED,
) -> Credit:
    """Return of `credit` the session at `position` alone: caps are those of all sessions, figures of this one."""
    count = Count(sessions, now_ms, standing, rules)
    whole = count.session(spans, position)
    signed = count.session([span for span in spans if span.signed], position)
    only = sessions[position]
    return Credit(
        total=whole,
        watched_plain_ms=max(0, whole.watched_ms - signed.watched_ms),
        sessions=(whole,),
        media={only[0]: whole},
        listed=listed(spans, [only], now_ms, rules),
    )


def presence(spans: Sequence[Watching], standing: Standing, rules: Rules) -> Intervals:
    """Return when live or recovered evidence shows the user playing, hidden or behind too, whatever the caps say."""
    graded = grade(spans, replace(standing, hidden_counts=True, behind_counts=True), rules)
    playing = [span.moments for span in graded.live] + [span.moments for _, span in graded.late]
    return subtract(playing, standing.disbelieved)


def prove(
    spans: Sequence[Watching], sessions: Sequence[Session], now_ms: int, standing: Standing, rules: Rules
) -> Proof:
    """Return the moments that these spans prove in these sessions."""
    graded = grade(spans, standing, rules)
    by_clock = [(no, wall(w, now_ms)) for no, w in sessions if isinstance(w, WallWindow)]
    by_content = [(no, w) for no, w in sessions if isinstance(w, ContentWindow)]
    proof = proven_by_clock(graded, by_clock, standing, rules)
    if not by_content:
        return proof
    return both(proof, proven_by_content(graded, by_content, standing, rules, taken=proof.counted))


def share(proof: Proof, within: Interval | None = None) -> Share:
    """Return the lengths of a proof, or of its part within a session of the clock."""

    def long(moments: Intervals) -> int:
        return length(moments if within is None else intersect(moments, (within,)))

    watched_ms = long(proof.counted)
    return Share(watched_ms, watched_ms - long(proof.live), long(proof.unverified), long(proof.voided))


@dataclass(frozen=True, slots=True)
class Count:
    """One count over several selections of the same user's spans."""

    sessions: Sequence[Session]
    now_ms: int
    standing: Standing
    rules: Rules

    def total(self, spans: Sequence[Watching]) -> Share:
        """Return what counts in all."""
        return share(self._proof(spans, self.sessions))

    def proofs(self, spans: Sequence[Watching]) -> Proofs:
        """Return what each media proves by itself, in all its sessions of each axis."""
        return {of: self._of(spans, *of) for of in {(no, type(window)) for no, window in self.sessions}}

    def media(self, spans: Sequence[Watching], media_no: MediaNo, proofs: Proofs) -> Share:
        """Return what counts at one media by itself."""
        by_axis = [proof for (no, _), proof in proofs.items() if no == media_no]
        if len(by_axis) == 1:
            return share(by_axis[0])
        return share(self._proof(_at(spans, media_no), [s for s in self.sessions if s[0] == media_no]))

    def in_sessions(self, spans: Sequence[Watching], proofs: Proofs) -> list[Share]:
        """Return what counts in each session, by the evidence of its media."""
        return [self._in(spans, (no, window), proofs[no, type(window)]) for no, window in self.sessions]

    def session(self, spans: Sequence[Watching], position: int) -> Share:
        """Return what counts in one session, as `in_sessions` does."""
        no, window = self.sessions[position]
        return self._in(spans, (no, window), self._of(spans, no, type(window)))

    def _of(self, spans: Sequence[Watching], media_no: MediaNo, axis: type[Window]) -> Proof:
        """Return what a media proves in all its sessions of one axis."""
        here = [(no, w) for no, w in self.sessions if no == media_no and isinstance(w, axis)]
        return self._proof(_at(spans, media_no), here)

    def _in(self, spans: Sequence[Watching], session: Session, whole: Proof) -> Share:
        """Return what of that lies in one of the sessions."""
        media_no, window = session
        if isinstance(window, WallWindow):
            return share(whole, wall(window, self.now_ms))
        graded = grade(_at(spans, media_no), self.standing, self.rules)
        return share(
            proven_by_content(
                graded, [(media_no, window)], self.standing, self.rules, let_through=whole.counted
            )
        )

    def _proof(self, spans: Sequence[Watching], sessions: Sequence[Session]) -> Proof:
        if not spans:
            return Proof()
        return prove(spans, sessions, self.now_ms, self.standing, self.rules)


def _at(spans: Sequence[Watching], media_no: MediaNo) -> list[Watching]:
    return [span for span in spans if span.media_no == media_no]
