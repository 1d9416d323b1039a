"""Outages, hidden frames, prompts that were suppressed or issued anew: what is never taken for a miss."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.checks.marks import MarkKind, MarkRow
from rollcall.domain.checks.outcome import Resolution
from rollcall.domain.checks.resolve import resolve
from rollcall.domain.checks.windows import DELIVERY_MS, GRACE_MS, LAST_MS, SILENCE_MS, Prompt, after
from rollcall.domain.ids import PlayNo
from rollcall.domain.intervals import Interval, length, subtract, union
from tests.domain.checks.marks import BEFORE, ISSUED, LIFETIME, mark

PROMPT = Prompt(ISSUED, LIFETIME)


def at(after_ms: int, prompt: Prompt, *marks: MarkRow, heard: int | None = None) -> Resolution:
    known = {} if heard is None else {PlayNo(1): ISSUED + heard}
    return resolve(prompt, marks, known, ISSUED + after_ms)


def away(*spells: tuple[int, int], prompt: Prompt = PROMPT) -> Prompt:
    return replace(prompt, outages=union(Interval(ISSUED + a, ISSUED + b) for a, b in spells))


spells = st.lists(st.tuples(st.integers(-50, 300), st.integers(1, 120)), max_size=5)


@given(st.integers(0, 100), st.integers(1, 200), spells)
def test_a_length_is_measured_outside_outages(
    from_ms: int, length_ms: int, drawn: list[tuple[int, int]]
) -> None:
    outages = union(Interval(start, start + long) for start, long in drawn)
    end_ms = after(from_ms, length_ms, outages)
    assert length(subtract([Interval(from_ms, end_ms)], outages)) == length_ms
    assert not any(outage.start < end_ms <= outage.end for outage in outages) or end_ms == from_ms + length_ms


def test_an_outage_lengthens_the_lifetime_and_an_answer_inside_counts() -> None:
    prompt, shown = away((20_000, 50_000)), mark("shown", 0)
    last = LIFETIME + 30_000 + GRACE_MS
    assert at(last, prompt, shown, mark("answered", last - 1, seq=2)).outcome == "confirmed"
    assert at(last, prompt, shown, mark("answered", last, seq=2)).outcome == "pending"


def test_what_an_outage_interrupted_is_undelivered_even_if_the_play_is_back() -> None:
    prompt, shown = away((20_000, 50_000)), mark("shown", 0)
    over = LIFETIME + 30_000 + GRACE_MS
    assert at(over, prompt, shown, heard=over - 1).outcome == "pending"
    stands = at(over, prompt, shown, heard=over)
    assert (stands.outcome, stands.expired_ms) == ("undelivered", ISSUED + LIFETIME + 30_000)
    assert at(LIFETIME + SILENCE_MS + 30_000, prompt, shown).outcome == "undelivered"


def test_an_outage_before_or_after_the_lifetime_excuses_nothing() -> None:
    prompt, shown = away((-40_000, 0), (LIFETIME, LIFETIME + 40_000)), mark("shown", 0)
    over = LIFETIME + GRACE_MS
    assert at(over, prompt, shown, heard=over).outcome == "missed"


def test_delivery_is_offered_longer_by_the_outage() -> None:
    prompt = away((0, 600_000))
    assert at(LIFETIME + DELIVERY_MS, prompt).outcome == "pending"
    assert at(LIFETIME + DELIVERY_MS + 600_000, prompt).outcome == "undelivered"


def test_a_miss_in_hidden_frames_only_may_be_excused_by_the_event() -> None:
    excusing = replace(PROMPT, hidden_miss="undelivered")
    received, over = mark("received", 0, visible=False), LIFETIME + GRACE_MS
    assert at(over, PROMPT, received, heard=over).outcome == "missed"
    assert at(over, excusing, received, heard=over).outcome == "undelivered"
    seen = mark("shown", 59_000, seq=2)
    assert at(over, excusing, received, seen, heard=over).outcome == "missed"
    elsewhere = mark("shown", 0, play=2)
    both = at(LIFETIME + SILENCE_MS, excusing, received, elsewhere)
    assert both.outcome == "missed"
    late = mark("shown", over, seq=2)
    assert at(over + 1, excusing, received, late, heard=over).outcome == "undelivered"


def test_a_display_after_delivery_was_given_up_opens_no_window() -> None:
    late = LIFETIME + DELIVERY_MS
    answered = mark("answered", late + 2_000, seq=2)
    assert at(late + 3_000, PROMPT, mark("shown", late), answered).outcome == "undelivered"
    assert at(late + 3_000, PROMPT, mark("shown", late - 1), answered).outcome == "confirmed"


def test_marks_of_an_earlier_issue_neither_confirm_nor_miss() -> None:
    kinds: list[MarkKind] = ["received", "shown", "answered"]
    old = [mark(kind, -200_000, seq=seq, issued_ms=BEFORE) for seq, kind in enumerate(kinds, 1)]
    assert at(LIFETIME + GRACE_MS, PROMPT, *old, heard=10**6) == Resolution("pending")
    fresh = [mark("shown", 1_000, seq=4), mark("answered", 2_000, seq=5)]
    assert at(3_000, PROMPT, *old, *fresh) == Resolution("confirmed", None, ISSUED + 1_000, ISSUED + 2_000)
    within_the_bound = mark("shown", -300, bound_ms=400)
    assert at(LIFETIME + GRACE_MS + 200, PROMPT, within_the_bound, heard=10**6).outcome == "missed"


def test_every_prompt_ends_after_the_outage_too() -> None:
    prompt = away((10_000, 700_000))
    assert at(LIFETIME + LAST_MS + 690_000, prompt, mark("shown", 5_000)).outcome != "pending"
