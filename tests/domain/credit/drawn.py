"""Histories of one user, drawn for the properties of the count: on a short axis, with rules whose caps bind there."""

from dataclasses import replace

from hypothesis import strategies as st

from rollcall.domain.checks.policy import Stop
from rollcall.domain.credit import Session, Standing, Watching
from rollcall.domain.ids import MediaNo, UserId
from rollcall.domain.intervals import Interval, Intervals, union
from rollcall.domain.rules import Rules
from rollcall.domain.sessions import FOREVER_MS, ContentWindow, WallWindow

A, B, FILM = MediaNo(1), MediaNo(2), MediaNo(3)
NOW_MS = 1000
RULES = Rules(gap_ms=60, late_percent=25, step_ms=5, step_percent=0)
IDS = (UserId("anna|a"), UserId("anna|b"))
moments = st.integers(0, NOW_MS)
stretch = st.tuples(moments, moments).map(lambda pair: Interval(*sorted(pair)))


@st.composite
def watchings(draw: st.DrawFn, media: tuple[MediaNo, ...] = (A, B), plays: int = 3) -> Watching:
    """Draw a span; a play is of one media, one identity and one of the user's IDs."""
    start, end = sorted((draw(moments), draw(moments)))
    play = draw(st.integers(0, plays - 1))
    media_no = media[play % len(media)]
    rate = draw(st.sampled_from([1.0, 1.0, 2.0, 0.5])) if media_no == FILM else 1.0
    since = draw(st.integers(0, 300)) if media_no == FILM else start
    stray = draw(st.sampled_from([0, 0, 0, 40]))
    return Watching(
        media_no,
        start,
        end,
        signed=play % 2 == 0,
        state=draw(st.sampled_from(["playing", "playing", "playing", "paused", "stalled"])),
        late=draw(st.booleans()),
        unverified=draw(st.sampled_from([False, False, False, True])),
        visible=draw(st.sampled_from([True, True, False])),
        muted=draw(st.booleans()),
        rate=rate,
        content_from_ms=since,
        content_to_ms=since + round((end - start) * rate) + stray,
        on_air=media_no != FILM,
        play=play,
        user_id=IDS[play // 2 % 2],
    )


@st.composite
def sessions(draw: st.DrawFn, media_no: MediaNo = A) -> list[Session]:
    """Draw disjoint sessions of one media; the last may still be open."""
    cuts = sorted(draw(st.sets(moments, max_size=8)))
    drawn: list[Session] = [(media_no, WallWindow(a, b)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    still_open: bool = draw(st.booleans())
    if drawn and still_open:
        drawn[-1] = (media_no, WallWindow(cuts[len(drawn) * 2 - 2], None))
    return drawn


@st.composite
def chapters(draw: st.DrawFn) -> list[Session]:
    """Draw disjoint sessions of a recording's content."""
    cuts = sorted(draw(st.sets(st.integers(0, 500), max_size=6)))
    return [(FILM, ContentWindow(a, b)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]


@st.composite
def stretches(draw: st.DrawFn) -> Intervals:
    return union(draw(st.lists(stretch, max_size=2)))


@st.composite
def standings(draw: st.DrawFn, *, voids: bool = False) -> Standing:
    """Draw what is known beside the spans; `voids`: also of a policy other than `record`."""
    by_media = st.dictionaries(st.sampled_from([A, B, FILM]), stretches(), max_size=2)
    standing = Standing(
        hidden_counts=draw(st.booleans()),
        disbelieved=draw(st.just(()) | stretches()),
        promoted=draw(by_media),
        outages=draw(by_media),
    )
    if not voids:
        return standing
    stop = st.builds(Stop, moments | st.just(FOREVER_MS), stretch)
    return replace(standing, stops=draw(st.dictionaries(st.sampled_from(IDS), st.lists(stop, max_size=3))))


halls = st.builds(list.__add__, sessions(), sessions(B))
anything = st.builds(list.__add__, halls, chapters())
histories = st.lists(watchings((A, B, FILM), 6), max_size=10)
