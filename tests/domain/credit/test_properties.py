"""The promises of the count, as properties of the reference rule."""

from dataclasses import astuple, replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.credit import (
    Credit,
    Listed,
    Session,
    Share,
    Standing,
    Watching,
    credit,
    credit_in,
    prove,
    wall,
)
from rollcall.domain.intervals import Interval, length, subtract, union
from rollcall.domain.rules import Rules
from rollcall.domain.sessions import ContentWindow, WallWindow
from tests.domain.credit.drawn import (
    IDS,
    NOW_MS,
    RULES,
    anything,
    chapters,
    halls,
    histories,
    moments,
    sessions,
    standings,
)

UNCAPPED = replace(RULES, gap_ms=NOW_MS, late_percent=100)


@given(histories, anything, standings(voids=True))
def test_nothing_counts_without_evidence_of_playing(
    spans: list[Watching], windows: list[Session], standing: Standing
) -> None:
    """I4: no window earns more than its length, and no moment that no span of its media covers."""
    proof = prove(spans, windows, NOW_MS, standing, RULES)
    played = [Interval(s.start_ms, s.end_ms) for s in spans if s.state == "playing"]
    for part in (proof.counted, proof.live, proof.voided, proof.unverified):
        assert not subtract(part, played)
    assert not subtract(proof.live, proof.counted) or any(isinstance(w, ContentWindow) for _, w in windows)
    found = credit(spans, windows, NOW_MS, standing, RULES)
    for share, (_, window) in zip(found.sessions, windows, strict=True):
        lasts_ms = (
            window.to_ms - window.from_ms
            if isinstance(window, ContentWindow)
            else max(0, wall(window, NOW_MS).end - window.starts_ms)
        )
        assert 0 <= share.watched_ms <= lasts_ms
        assert 0 <= share.recovered_ms <= share.watched_ms


@given(
    histories, halls, st.lists(moments, max_size=4), standings(voids=True), st.sampled_from([RULES, UNCAPPED])
)
def test_splitting_a_session_anywhere_changes_no_total(
    spans: list[Watching], windows: list[Session], at: list[int], standing: Standing, rules: Rules
) -> None:
    """I6: late time and its caps included; and the parts of each session say what it said."""
    parts = [part for session in windows for part in split(session, sorted(set(at)))]
    whole, cut = (credit(spans, w, NOW_MS, standing, rules) for w in (windows, [p for _, p in parts]))
    assert replace(cut, sessions=()) == replace(whole, sessions=())
    for session, share in zip(windows, whole.sessions, strict=True):
        told = [astuple(s) for s, (of, _) in zip(cut.sessions, parts, strict=True) if of == session]
        assert tuple(map(sum, zip(*told, strict=True))) == astuple(share)


def split(session: Session, at: list[int]) -> list[tuple[Session, Session]]:
    """Cut a session of the clock at those of these moments that lie in it; with each part its session."""
    no, window = session
    assert isinstance(window, WallWindow)
    last = window.ends_ms if window.ends_ms is not None else NOW_MS
    edges = [window.starts_ms, *(moment for moment in at if window.starts_ms < moment < last), window.ends_ms]
    return [(session, (no, WallWindow(a, b))) for a, b in pairwise(edges) if a is not None]


@given(histories, halls, standings(voids=True))
def test_the_sessions_of_a_media_add_up_to_it(
    spans: list[Watching], windows: list[Session], standing: Standing
) -> None:
    """I6 and I12, with caps that bind."""
    found = credit(spans, windows, NOW_MS, standing, RULES)
    for media_no, whole in found.media.items():
        told = [astuple(s) for s, (no, _) in zip(found.sessions, windows, strict=True) if no == media_no]
        assert tuple(map(sum, zip(*told, strict=True))) == astuple(whole)


@given(histories, halls, standings(voids=True))
def test_a_user_with_several_ids_has_all_that_each_of_them_has(
    spans: list[Watching], windows: list[Session], standing: Standing
) -> None:
    """What stops one takes nothing from another: as their players say. Caps are those of the user."""
    whole = prove(spans, windows, NOW_MS, standing, UNCAPPED)
    each = [
        prove([span for span in spans if span.user_id == user_id], windows, NOW_MS, standing, UNCAPPED)
        for user_id in IDS
    ]
    assert whole.counted == union(moment for proof in each for moment in proof.counted)
    assert whole.live == union(moment for proof in each for moment in proof.live)


@given(histories, chapters(), standings(voids=True))
def test_a_chapter_says_no_more_than_the_recording(
    spans: list[Watching], windows: list[Session], standing: Standing
) -> None:
    whole = credit(spans, windows, NOW_MS, standing, RULES)
    for share in whole.sessions:
        assert share.watched_ms <= whole.watched_ms
    if len(windows) == 1:
        assert whole.sessions == (whole.total,)


@given(histories, anything, standings(voids=True))
def test_the_order_of_spans_and_sessions_changes_nothing(
    spans: list[Watching], windows: list[Session], standing: Standing
) -> None:
    """I2 and I6: nor does a span that is told twice."""
    first = credit(spans, windows, NOW_MS, standing, RULES)
    again = credit(spans[::-1] + spans, windows[::-1], NOW_MS, standing, RULES)
    assert again == replace(first, sessions=first.sessions[::-1])


@given(histories, anything, standings(voids=True))
def test_outside_sessions_nothing_is_earned(
    spans: list[Watching], windows: list[Session], standing: Standing
) -> None:
    """I7."""
    outside = [s for s in spans if not any(touches(s, session) for session in windows)]
    found = credit(outside, windows, NOW_MS, standing, RULES)
    assert (found.total, found.listed) == (Share(), Listed())
    assert credit(spans, [], NOW_MS, standing, RULES) == Credit(Share(), 0, (), {}, Listed())


def touches(span: Watching, session: Session) -> bool:
    media_no, window = session
    if span.media_no != media_no:
        return False
    if isinstance(window, ContentWindow):
        return (
            span.content_from_ms < window.to_ms
            and max(span.content_to_ms, span.content_from_ms + 1) > window.from_ms
        )
    return span.start_ms < wall(window, NOW_MS).end and span.end_ms > window.starts_ms


@given(histories, histories, anything, standings())
def test_union_lies_between_the_larger_and_the_sum(
    one: list[Watching], other: list[Watching], windows: list[Session], standing: Standing
) -> None:
    """I8: evidence of different plays never earns less together than alone, nor, on the clock, more than apart.

    On content it may be more, where a late play lies beside a live one that loops (decision 30).
    """
    more = [replace(span, play=span.play + 6) for span in other]
    a, b, together = (
        credit(spans, windows, NOW_MS, standing, RULES).watched_ms for spans in (one, more, one + more)
    )
    assert max(a, b) <= together
    if all(isinstance(window, WallWindow) for _, window in windows):
        assert together <= a + b


@given(histories, histories, anything, standings())
def test_more_evidence_never_lowers_credit(
    spans: list[Watching], more: list[Watching], windows: list[Session], standing: Standing
) -> None:
    """I9: of the same plays too, whatever grade it has; with policy `record`.

    In an event of halls and recordings more of a hall may take moments that the recording had (decision 30).
    """
    before = credit(spans, windows, NOW_MS, standing, RULES)
    after = credit(spans + more, windows, NOW_MS, standing, RULES)
    if len({type(window) for _, window in windows}) < 2:
        assert before.watched_ms <= after.watched_ms
    assert all(before.media[no].watched_ms <= after.media[no].watched_ms for no in before.media)
    assert before.watched_plain_ms <= before.watched_ms


@given(histories, anything, standings())
def test_the_total_is_no_less_than_any_media(
    spans: list[Watching], windows: list[Session], standing: Standing
) -> None:
    found = credit(spans, windows, NOW_MS, standing, RULES)
    assert found.watched_ms <= NOW_MS
    assert max((s.watched_ms for s in found.media.values()), default=0) <= found.watched_ms
    assert found.watched_plain_ms >= 0


@given(histories, halls, standings(voids=True))
def test_each_playing_moment_is_told_once(
    spans: list[Watching], windows: list[Session], standing: Standing
) -> None:
    """What counts is neither voided nor unverified, and nothing that may count is left untold."""
    proof = prove(spans, windows, NOW_MS, standing, RULES)
    assert length(proof.counted + proof.voided) == length(proof.counted) + length(proof.voided)
    assert length(proof.counted + proof.unverified) == length(proof.counted) + length(proof.unverified)
    visible = [s for s in spans if s.state == "playing" and (s.visible or standing.hidden_counts)]
    inside = sum(
        (credit_of_moments([s for s in visible if s.media_no == no], w) for no, w in windows), start=()
    )
    assert length(proof.counted + proof.voided + proof.unverified) == length(inside)


def credit_of_moments(spans: list[Watching], window: object) -> tuple[Interval, ...]:
    assert isinstance(window, WallWindow)
    session = wall(window, NOW_MS)
    return tuple(
        Interval(max(s.start_ms, session.start), min(s.end_ms, session.end))
        for s in spans
        if max(s.start_ms, session.start) < min(s.end_ms, session.end)
    )


@given(histories, st.builds(list.__add__, sessions(), chapters()), standings(voids=True))
def test_one_session_alone_tells_what_it_tells_among_all(
    spans: list[Watching], windows: list[Session], standing: Standing
) -> None:
    whole = credit(spans, windows, NOW_MS, standing, RULES)
    for position, share in enumerate(whole.sessions):
        alone = credit_in(spans, windows, position, NOW_MS, standing, RULES)
        assert (alone.total, alone.sessions) == (share, (share,))


@given(histories, anything)
def test_without_late_time_the_caps_say_nothing(spans: list[Watching], windows: list[Session]) -> None:
    live = [replace(span, late=False) for span in spans]
    rules = Rules(gap_ms=0, late_percent=0)
    assert credit(live, windows, NOW_MS, rules=rules) == credit(live, windows, NOW_MS)
