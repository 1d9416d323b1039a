"""Players that had a prompt and kept it from view: decided for each player by its own notes, whenever they come."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.checks.outcome import Resolution
from rollcall.domain.checks.resolve import resolve
from rollcall.domain.checks.suppressed import SETTLED_MS, SHOW_MS
from rollcall.domain.checks.windows import DELIVERY_MS, DOUBT_MS, GRACE_MS, Arrival, Prompt
from rollcall.domain.ids import PlayNo
from rollcall.domain.intervals import Interval, union
from tests.domain.checks.marks import ISSUED, LIFETIME, mark
from tests.domain.checks.test_resolve import histories

GIVEN_UP = LIFETIME + DELIVERY_MS
FAR = 10**8
History = tuple[Prompt, list[MarkRow], dict[PlayNo, int]]
spells = st.lists(st.tuples(st.integers(0, 400_000), st.integers(0, 60_000)), max_size=3)


def had(after_ms: int, *ran: tuple[int, int], play: int = 1) -> Arrival:
    """Return an arrival and what the play reports besides: stretches after the issue."""
    return Arrival(PlayNo(play), ISSUED + after_ms, tuple(Interval(ISSUED + a, ISSUED + b) for a, b in ran))


def at_last(*marks: MarkRow, arrivals: Sequence[Arrival], prompt: Prompt | None = None) -> Resolution:
    prompt = replace(prompt or Prompt(ISSUED, LIFETIME), arrivals=tuple(arrivals))
    heard = {PlayNo(play): ISSUED + FAR for play in (1, 2, 3)}
    return resolve(prompt, marks, heard, ISSUED + FAR)


def test_a_player_that_ran_on_and_never_noted_a_display_kept_it_from_view() -> None:
    assert at_last(arrivals=[had(5_000, (0, 5_000 + SHOW_MS))]) == Resolution("undelivered", unshown=True)
    assert at_last(arrivals=[had(5_000, (0, 5_000 + SHOW_MS - 1))]) == Resolution("undelivered")
    assert at_last(arrivals=[had(5_000)]) == Resolution("undelivered")
    answered = mark("answered", 20_000)
    assert at_last(answered, arrivals=[had(5_000, (0, FAR))]).unshown
    displayed = at_last(mark("shown", 30_000), arrivals=[had(5_000, (0, FAR))])
    assert (displayed.outcome, displayed.unshown) == ("missed", False)


def test_nothing_is_told_of_a_prompt_that_is_open() -> None:
    prompt = Prompt(ISSUED, LIFETIME, arrivals=(had(0, (0, FAR)),))
    assert resolve(prompt, [], {}, ISSUED + GIVEN_UP - 1) == Resolution("pending")


def test_time_in_which_the_player_did_not_run_is_not_time_to_display() -> None:
    """A phone froze the page as the prompt came, and let it go on an hour later."""
    frozen = had(1_000, (0, 3_000), (FAR // 2, FAR))
    assert not at_last(arrivals=[frozen]).unshown
    woken = had(1_000, (0, 3_000), (100_000, 110_000))
    assert at_last(arrivals=[woken]).unshown
    at_once = mark("shown", 100_200, delay_ms=FAR)
    assert not at_last(at_once, arrivals=[woken]).unshown


def test_what_arrived_as_delivery_was_given_up_was_not_kept_from_view() -> None:
    last_ms = GIVEN_UP - SETTLED_MS - SHOW_MS
    assert at_last(arrivals=[had(last_ms, (0, FAR))]).unshown
    assert not at_last(arrivals=[had(last_ms + 1, (0, FAR))]).unshown
    assert not at_last(arrivals=[had(GIVEN_UP + 1, (0, FAR))]).unshown


@pytest.mark.parametrize("play", [1, 2])
def test_a_display_told_late_clears_its_own_player_alone(play: int) -> None:
    late = mark("shown", 3_000, play=play, delay_ms=FAR)
    assert at_last(late, arrivals=[had(1_000, (0, FAR))]).unshown == (play == 2)


@pytest.mark.parametrize("bound_ms", [0, 400, 180_000])
def test_a_display_told_late_was_at_once_or_is_none(bound_ms: int) -> None:
    last_ms = 1_000 + SHOW_MS + min(bound_ms, DOUBT_MS)
    for after_ms, unshown in ((last_ms, False), (last_ms + 1, True)):
        late = mark("shown", after_ms, delay_ms=FAR, bound_ms=bound_ms)
        assert at_last(late, arrivals=[had(1_000, (0, FAR))]).unshown is unshown


def test_another_player_where_it_could_be_answered_decides() -> None:
    running, other = had(1_000, (0, FAR)), mark("shown", 3_000, play=2)
    assert at_last(other, arrivals=[running]).outcome == "missed"
    answered = mark("answered", 9_000, play=2, seq=2)
    assert at_last(other, answered, arrivals=[running]).outcome == "confirmed"
    hidden = mark("received", 3_000, play=2, visible=False)
    excusing = Prompt(ISSUED, LIFETIME, hidden_miss="undelivered")
    assert at_last(hidden, arrivals=[running]).outcome == "missed"
    assert at_last(hidden, arrivals=[running], prompt=excusing).unshown
    assert not at_last(hidden, arrivals=[had(1_000, (0, FAR), play=2)], prompt=excusing).unshown


@pytest.mark.parametrize(("plays", "unshown"), [(1, False), (2, True), (9, True)])
def test_many_short_players_have_had_the_time_of_a_long_one(plays: int, unshown: bool) -> None:
    short = SHOW_MS - 1_000
    arrivals = [had(n * short, (n * short, (n + 1) * short), play=n) for n in range(1, plays + 1)]
    assert at_last(arrivals=arrivals).unshown is unshown


@given(histories(), spells, spells, st.integers(0, 300_000))
def test_nothing_that_another_player_says_late_takes_it_back(
    history: History, ours: list[tuple[int, int]], outages: list[tuple[int, int]], after_ms: int
) -> None:
    """Whatever its other players bring after it was given up, and whatever outages become known: it stays."""
    prompt, marks, _ = history
    late = [
        replace(row, arrival_ms=max(row.arrival_ms, prompt.known_by_ms)) for row in marks if row.play_no != 1
    ]
    arrival = had(after_ms, *((after_ms + start, after_ms + start + long) for start, long in ours))
    alone = at_last(arrivals=[arrival], prompt=replace(prompt, outages=()))
    away = union(Interval(ISSUED + start, ISSUED + start + long) for start, long in outages)
    told = at_last(*late, arrivals=[arrival], prompt=replace(prompt, outages=away))
    if told.outcome != "confirmed":
        assert told.unshown == alone.unshown


@given(histories(), st.integers(0, 400_000))
def test_a_displayed_and_unanswered_prompt_is_missed_whatever_its_lifetime(
    history: History, after_ms: int
) -> None:
    """There is no display so late that it costs nothing: known in time, it is answered or missed."""
    drawn, _, _ = history
    prompt = Prompt(ISSUED, drawn.lifetime_ms)
    after_ms = min(after_ms, prompt.lifetime_ms + DELIVERY_MS - 1)
    shown = mark("shown", after_ms, bound_ms=30_000)
    arrival = had(0, (0, FAR))
    assert at_last(shown, arrivals=[arrival], prompt=prompt).outcome == "missed"
    answered = mark("answered", after_ms + prompt.lifetime_ms + GRACE_MS, seq=2)
    assert at_last(shown, answered, arrivals=[arrival], prompt=prompt).outcome == "confirmed"


def test_no_display_of_the_longest_lifetime_is_too_late_to_be_missed() -> None:
    prompt = Prompt(ISSUED, 300_000)
    shown = mark("shown", 300_000 + DELIVERY_MS - 1)
    assert at_last(shown, arrivals=[], prompt=prompt).outcome == "missed"
