"""How a prompt ends: examples of each rule, and the invariants over generated histories of marks."""

from dataclasses import replace
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from rollcall.domain.checks.marks import MarkKind, MarkRow
from rollcall.domain.checks.outcome import Resolution
from rollcall.domain.checks.resolve import resolve
from rollcall.domain.checks.windows import (
    DELIVERY_MS,
    DOUBT_MS,
    GRACE_MS,
    LAST_MS,
    SILENCE_MS,
    Prompt,
)
from rollcall.domain.ids import PlayNo
from rollcall.domain.intervals import Interval, intersect, length, subtract, union
from rollcall.domain.judging import HiddenMiss
from tests.domain.checks.marks import BEFORE, ISSUED, LIFETIME, mark

MISSED_HIDDEN = Resolution("missed", 1_000_000, None, expired_ms=1_060_000)
KINDS: list[MarkKind] = ["received", "shown", "answered", "answered", "sound_blocked"]
PROMPT = Prompt(ISSUED, LIFETIME)


def at(
    after_ms: int, *marks: MarkRow, heard: dict[int, int] | None = None, prompt: Prompt = PROMPT
) -> Resolution:
    known = {PlayNo(play): ISSUED + until_ms for play, until_ms in (heard or {}).items()}
    return resolve(prompt, marks, known, ISSUED + after_ms)


def test_an_answer_inside_the_window_confirms() -> None:
    shown, answered = mark("shown", 500), mark("answered", 20_000, seq=2)
    assert at(20_100, shown, answered) == Resolution(
        "confirmed", None, ISSUED + 500, ISSUED + 20_000, late=False
    )


def test_the_window_begins_at_the_display_and_has_half_the_clock_bound_and_a_second_of_grace() -> None:
    shown = mark("shown", 5_000, bound_ms=400)
    last = 5_000 + LIFETIME + GRACE_MS + 200
    assert at(last, shown, mark("answered", last - 1, seq=2)).outcome == "confirmed"
    assert at(last, shown, mark("answered", last, seq=2)).outcome == "pending"


def test_a_player_that_claims_a_network_of_hours_has_no_hours_to_answer() -> None:
    shown = mark("shown", 0, bound_ms=24 * 3_600_000)
    last = LIFETIME + GRACE_MS + DOUBT_MS
    assert at(last, shown, mark("answered", last - 1, seq=2)).outcome == "confirmed"
    assert at(last, shown, mark("answered", last, seq=2), heard={1: last}).outcome == "missed"


def test_a_player_that_displays_what_is_over_confirms_nothing() -> None:
    """A tab that is opened after the miss was decided is sent no prompt, whatever it says."""
    missed, over = mark("shown", 0), LIFETIME + GRACE_MS
    for after_ms, outcome in ((1_999, "confirmed"), (2_000, "missed")):
        shown = mark("shown", over + after_ms, play=2)
        answered = mark("answered", over + after_ms + 5_000, play=2, seq=2)
        prompt = replace(PROMPT, over_ms=ISSUED + over)
        found = resolve(prompt, [missed, shown, answered], {PlayNo(1): ISSUED + over}, ISSUED + over + 60_000)
        assert found.outcome == outcome


def test_nobody_misses_what_was_never_displayed() -> None:
    assert at(LIFETIME + DELIVERY_MS - 1).outcome == "pending"
    assert at(LIFETIME + DELIVERY_MS) == Resolution("undelivered")
    assert at(10**9, mark("sound_blocked", 10)) == Resolution("undelivered")


def test_a_play_that_reports_on_after_its_window_has_missed_at_once() -> None:
    shown, over = mark("shown", 0), LIFETIME + GRACE_MS
    assert at(over, shown, heard={1: over}).outcome == "missed"
    assert at(over, shown, heard={1: over - 1}).outcome == "pending"
    assert at(over - 1, shown, heard={1: over}).outcome == "pending"


def test_a_silent_play_keeps_the_prompt_open_for_five_minutes() -> None:
    shown = mark("shown", 0)
    assert at(LIFETIME + SILENCE_MS - 1, shown).outcome == "pending"
    assert at(LIFETIME + SILENCE_MS, shown).outcome == "missed"


def test_receipt_in_a_hidden_frame_starts_the_lifetime() -> None:
    received, over = mark("received", 0, visible=False), LIFETIME + GRACE_MS
    assert at(over, received, heard={1: over}) == MISSED_HIDDEN
    shown = mark("shown", 30_000, seq=2)
    assert at(over, received, shown, heard={1: over}) == replace(MISSED_HIDDEN, shown_ms=ISSUED + 30_000)


def test_an_answer_that_arrives_after_the_end_still_counts_and_is_late() -> None:
    shown = mark("shown", 0)
    answered = mark("answered", 30_000, seq=2, delay_ms=LIFETIME + SILENCE_MS)
    stands = at(10**7, shown, answered)
    assert (stands.outcome, stands.late) == ("confirmed", True)
    in_time = replace(answered, arrival_ms=ISSUED + LIFETIME + SILENCE_MS)
    assert at(10**7, shown, in_time).late is False


def test_a_whole_journal_after_delivery_was_given_up_confirms_late() -> None:
    shown = mark("shown", 1_000, delay_ms=LIFETIME + DELIVERY_MS)
    answered = mark("answered", 2_000, seq=2, delay_ms=LIFETIME + DELIVERY_MS)
    stands = at(10**7, shown, answered)
    assert (stands.outcome, stands.late) == ("confirmed", True)


def test_each_play_has_its_own_window_and_one_answer_confirms_everywhere() -> None:
    first, second = mark("shown", 0), mark("shown", 40_000, play=2)
    answered = mark("answered", 90_000, play=2, seq=2)
    assert at(LIFETIME + GRACE_MS, first, second, heard={1: 10**6}).outcome == "pending"
    assert at(90_000, first, second, answered, heard={1: 10**6}).outcome == "confirmed"
    foreign = replace(answered, play_no=PlayNo(1))
    assert at(10**7, first, second, foreign, heard={1: 10**7, 2: 10**7}).outcome == "missed"


def test_what_is_told_of_the_display_is_the_first_on_whichever_play() -> None:
    first, second = mark("shown", 7_000), mark("shown", 5_000, play=2)
    hidden, sooner = mark("received", 4_000, play=3), mark("received", 3_000, play=4)
    stands = at(10_000, first, second, hidden, sooner)
    assert (stands.received_ms, stands.shown_ms) == (ISSUED + 3_000, ISSUED + 5_000)


def test_an_answer_before_any_display_of_its_play_is_none() -> None:
    assert at(1_000, mark("answered", 500)).outcome == "pending"
    assert at(1_000, mark("answered", 500), mark("shown", 500, seq=2)).outcome == "pending"


def test_a_session_that_ends_while_the_lifetime_runs_cancels() -> None:
    prompt = replace(PROMPT, session_ends_ms=ISSUED + 30_000)
    shown, answered = mark("shown", 0), mark("answered", 29_000, seq=2)
    assert at(29_999, shown, prompt=prompt).outcome == "pending"
    assert at(30_000, shown, prompt=prompt).outcome == "cancelled"
    assert at(30_000, prompt=prompt).outcome == "cancelled"
    assert at(30_000, shown, answered, prompt=prompt).outcome == "confirmed"


def test_an_answer_before_the_session_ended_counts_whenever_it_arrives_and_one_after_it_never() -> None:
    prompt = replace(PROMPT, session_ends_ms=ISSUED + 30_000)
    shown = mark("shown", 0)
    stands = at(10**7, shown, mark("answered", 29_999, seq=2, delay_ms=100_000), prompt=prompt)
    assert (stands.outcome, stands.late) == ("confirmed", True)
    after = 30_000 + GRACE_MS
    assert at(10**7, shown, mark("answered", after - 1, seq=2), prompt=prompt).outcome == "confirmed"
    assert at(10**7, shown, mark("answered", after, seq=2), prompt=prompt).outcome == "cancelled"


def test_a_display_that_a_wrong_clock_places_before_the_issue_was_at_the_issue() -> None:
    shown, answered = mark("shown", -20_000, bound_ms=15), mark("answered", 500, seq=2)
    assert at(600, shown, answered) == Resolution("confirmed", None, ISSUED, ISSUED + 500)
    assert at(600, shown, mark("answered", -100, seq=2)).confirmed_ms == ISSUED
    over = LIFETIME + GRACE_MS + 7
    assert at(over, shown, heard={1: over}).outcome == "missed"


def test_marks_of_an_earlier_issue_are_none_of_this_one() -> None:
    """Not even where they lie after the issue: a play that was sent the first one alone knows nothing of the second."""
    for after_ms in (BEFORE - ISSUED + 10, 500):
        shown = mark("shown", after_ms, issued_ms=BEFORE)
        answered = mark("answered", after_ms + 10, seq=2, issued_ms=BEFORE)
        assert at(1_000, shown, answered) == Resolution("pending")
        assert at(1_000, mark("shown", 400, play=2), shown, answered).outcome == "pending"


def test_a_session_that_ends_after_the_lifetime_changes_nothing() -> None:
    prompt = replace(PROMPT, session_ends_ms=ISSUED + LIFETIME)
    assert at(LIFETIME, mark("shown", 0), prompt=prompt).outcome == "pending"
    over = LIFETIME + GRACE_MS
    assert at(over, mark("shown", 0), prompt=prompt, heard={1: over}).outcome == "missed"


@st.composite
def histories(draw: st.DrawFn) -> tuple[Prompt, list[MarkRow], dict[PlayNo, int]]:
    """Draw marks of up to three plays: in each play rows follow each other in time and arrive in order.

    Half of the histories have outages of ours; frames may be hidden, journals come late, some marks are of another
    issue.
    """
    lifetime = draw(st.sampled_from([10_000, 60_000, 300_000]))
    ends = draw(st.none() | st.integers(ISSUED, ISSUED + 900_000))
    marks, heard = [], {}
    for play in range(1, draw(st.integers(0, 3)) + 1):
        at_ms, arrival_ms = ISSUED, ISSUED
        for seq in range(1, draw(st.integers(0, 4)) + 1):
            at_ms += draw(st.integers(0, lifetime + 20_000))
            arrival_ms = max(arrival_ms, at_ms + draw(st.sampled_from([0, 200, 5_000, 400_000, 3_000_000])))
            kind = draw(st.sampled_from(KINDS))
            bound_ms, of = draw(st.integers(0, 600)), draw(st.sampled_from([ISSUED, ISSUED, ISSUED, BEFORE]))
            made = mark(kind, at_ms - ISSUED, play=play, seq=seq, bound_ms=bound_ms, issued_ms=of)
            marks.append(replace(made, arrival_ms=arrival_ms))
        if draw(st.booleans()):
            heard[PlayNo(play)] = at_ms + draw(st.integers(0, 400_000))
    spells = draw(
        st.just([]) | st.lists(st.tuples(st.integers(0, 900_000), st.integers(1, 600_000)), max_size=3)
    )
    outages = union(Interval(ISSUED + start, ISSUED + start + long) for start, long in spells)
    settings: list[HiddenMiss] = ["missed", "undelivered"]
    hidden_miss = draw(st.sampled_from(settings))
    return Prompt(ISSUED, lifetime, ends, outages=outages, hidden_miss=hidden_miss), marks, heard


def known_at(marks: list[MarkRow], now_ms: int) -> list[MarkRow]:
    return [row for row in marks if row.arrival_ms <= now_ms]


@given(histories(), st.integers(0, 2_000_000))
def test_missed_needs_display_an_elapsed_lifetime_and_no_answer(
    history: tuple[Prompt, list[MarkRow], dict[PlayNo, int]], after_ms: int
) -> None:
    """Invariant I13."""
    prompt, marks, heard = history
    stands = resolve(prompt, marks, heard, ISSUED + after_ms)
    if stands.outcome == "missed":
        displays = [row for row in marks if row.mark in ("shown", "received") and row.issued_ms == ISSUED]
        passed = [
            length(subtract([Interval(max(row.at_ms, ISSUED), ISSUED + after_ms)], prompt.outages))
            for row in displays
        ]
        assert max(passed) >= prompt.lifetime_ms
        assert stands.confirmed_ms is None
        assert stands.expired_ms is not None
        assert stands.expired_ms <= ISSUED + after_ms
        lifetimes = [Interval(row.at_ms, row.at_ms + prompt.lifetime_ms) for row in displays]
        assert any(not intersect([lifetime], prompt.outages) for lifetime in lifetimes)
        if prompt.hidden_miss == "undelivered":
            assert any(row.mark == "shown" for row in displays)


@given(histories())
@example((Prompt(ISSUED, 300_000), [mark("shown", 419_999)], {}))
def test_every_prompt_ends_seven_minutes_after_its_lifetime_at_the_latest(
    history: tuple[Prompt, list[MarkRow], dict[PlayNo, int]],
) -> None:
    """Invariant I14."""
    prompt, marks, heard = history
    last_ms = prompt.last_ms
    open_ms = length(subtract([Interval(ISSUED, last_ms)], prompt.outages))
    assert open_ms == prompt.lifetime_ms + LAST_MS
    assert resolve(prompt, known_at(marks, last_ms), heard, last_ms).outcome != "pending"


@given(histories(), st.randoms(use_true_random=False), st.integers(0, 2_000_000))
def test_order_and_repetition_of_marks_change_nothing(
    history: tuple[Prompt, list[MarkRow], dict[PlayNo, int]], shuffle: Any, after_ms: int
) -> None:
    prompt, marks, heard = history
    again = marks * 2
    shuffle.shuffle(again)
    now_ms = ISSUED + after_ms
    assert resolve(prompt, again, heard, now_ms) == resolve(prompt, marks, heard, now_ms)


@given(histories(), st.integers(0, 2_000_000))
def test_a_confirmation_is_an_answer_inside_a_window_of_its_own_play(
    history: tuple[Prompt, list[MarkRow], dict[PlayNo, int]], after_ms: int
) -> None:
    prompt, marks, heard = history
    stands = resolve(prompt, marks, heard, ISSUED + after_ms)
    if stands.outcome == "confirmed":
        assert any(
            answer.at_ms == stands.confirmed_ms
            and answer.issued_ms == shown.issued_ms == ISSUED
            and shown.play_no == answer.play_no
            and shown.seq < answer.seq
            and length(subtract([Interval(max(shown.at_ms, ISSUED), answer.at_ms)], prompt.outages))
            <= prompt.lifetime_ms + GRACE_MS + min(shown.bound_ms // 2, DOUBT_MS)
            for answer in marks
            if answer.mark == "answered"
            for shown in marks
            if shown.mark in ("shown", "received")
        )
