"""Prompts that are judged anew: a function of what is known now, and which of them a change can touch at all."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.checks.answers import TypedCode
from rollcall.domain.checks.corrected import ChangedOutage, MovedEnd, judge, moved, uncovered
from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.checks.outcome import Resolution, State
from rollcall.domain.checks.resolve import resolve
from rollcall.domain.checks.windows import DELIVERY_MS, DOUBT_MS, GRACE_MS, LAST_MS, Prompt
from rollcall.domain.ids import PlayNo
from rollcall.domain.intervals import Interval, length, union
from tests.domain.checks.marks import ISSUED, LIFETIME, mark
from tests.domain.checks.test_resolve import histories, known_at

PROMPT = Prompt(ISSUED, LIFETIME)
AWAY = replace(PROMPT, outages=union([Interval(ISSUED + 10_000, ISSUED + 40_000)]))
OVER = LIFETIME + GRACE_MS
FAR_MS = ISSUED + 10**8
History = tuple[Prompt, list[MarkRow], dict[PlayNo, int]]
spells = st.builds(
    lambda from_ms, long_ms: Interval(ISSUED + from_ms, ISSUED + from_ms + long_ms),
    st.integers(0, 900_000),
    st.integers(1, 600_000),
)
ends = st.none() | st.integers(ISSUED, ISSUED + 900_000)


def state_of(stands: Resolution) -> State:
    return "issued" if stands.outcome == "pending" else stands.outcome


@given(
    histories(),
    st.lists(st.tuples(st.integers(0, 2_000_000), st.lists(spells, max_size=2), ends), max_size=6),
)
def test_what_was_believed_before_is_of_no_weight(
    history: History, beliefs: list[tuple[int, list[Interval], int | None]]
) -> None:
    """Whatever outages and ends of the session were believed at whatever moments, at last all is as from scratch."""
    prompt, marks, heard = history
    state: State = "issued"
    for after_ms, outages, ends_ms in sorted(beliefs, key=lambda belief: belief[0]):
        believed = replace(prompt, outages=union(outages), session_ends_ms=ends_ms)
        known = known_at(marks, ISSUED + after_ms)
        state = state_of(judge(state, believed, known, heard, ISSUED + after_ms))
    assert judge(state, prompt, marks, heard, FAR_MS) == resolve(prompt, marks, heard, FAR_MS)


@given(histories(), st.integers(0, 2_000_000))
def test_only_a_late_report_corrects_an_end(history: History, after_ms: int) -> None:
    """What has ended stays as it is for ever, though time passes; nothing is missed before its time."""
    prompt, marks, heard = history
    now_ms = ISSUED + after_ms
    state = state_of(judge("issued", prompt, marks, heard, now_ms))
    if state != "issued":
        assert state_of(judge(state, prompt, marks, heard, FAR_MS)) == state
        assert state_of(judge("issued", prompt, marks, heard, FAR_MS)) == state


@given(histories(), spells)
def test_one_more_outage_never_makes_a_miss_and_takes_no_confirmation(
    history: History, spell: Interval
) -> None:
    prompt, marks, heard = history
    before = resolve(prompt, marks, heard, FAR_MS).outcome
    more = replace(prompt, outages=union([*prompt.outages, spell]))
    after = resolve(more, marks, heard, FAR_MS).outcome
    assert after in {
        "missed": ("missed", "undelivered", "cancelled", "confirmed"),
        "confirmed": ("confirmed",),
    }.get(before, ("undelivered", "cancelled", "confirmed"))


@given(histories(), spells)
def test_an_outage_touches_only_prompts_that_may_have_waited_in_it(history: History, spell: Interval) -> None:
    prompt, marks, heard = history
    more = replace(prompt, outages=union([*prompt.outages, spell]))
    outage = ChangedOutage(spell, length([*prompt.outages]) + spell.end - spell.start)
    waited = prompt.issued_ms < spell.end and prompt.issued_ms + prompt.lifetime_ms > outage.issued_after_ms
    assert waited or resolve(prompt, marks, heard, FAR_MS) == resolve(more, marks, heard, FAR_MS)


def test_an_outage_is_waited_in_as_long_as_the_others_made_the_wait() -> None:
    assert ChangedOutage(Interval(ISSUED, ISSUED + 9), 7_000).issued_after_ms == ISSUED - LAST_MS - 7_000


@given(histories(), ends)
def test_another_end_touches_only_prompts_that_ran_at_either(history: History, ends_ms: int | None) -> None:
    prompt, marks, heard = history
    other = replace(prompt, session_ends_ms=ends_ms)
    end = moved(prompt.session_ends_ms, ends_ms)
    if end is not None:
        after_ms, before_ms = end.issued_after_ms(length(prompt.outages)), end.issued_before_ms
        ran = prompt.issued_ms + 2 * prompt.lifetime_ms > after_ms
        ran = ran and (before_ms is None or prompt.issued_ms < before_ms)
        stand = [resolve(each, marks, heard, FAR_MS) for each in (prompt, other)]
        assert ran or stand[0] == stand[1]


def test_how_far_from_an_end_a_prompt_can_have_run() -> None:
    assert moved(7, 7) is None
    assert moved(9, 7) == moved(7, 9) == MovedEnd(7, 9)
    assert moved(None, 7) == MovedEnd(7, None)
    assert MovedEnd(ISSUED, None).issued_after_ms(5_000) == ISSUED - DELIVERY_MS - 5_000
    assert MovedEnd(ISSUED, None).issued_before_ms is None
    assert MovedEnd(0, ISSUED).issued_before_ms == ISSUED + GRACE_MS + DOUBT_MS


def test_an_answer_in_the_time_that_an_outage_gave_counts_whenever_the_outage_is_known() -> None:
    marks = [mark("shown", 0), mark("answered", LIFETIME + 4_000, seq=2)]
    heard = {PlayNo(1): FAR_MS}
    states: list[State] = ["issued", "missed", "undelivered", "confirmed"]
    assert {judge(state, AWAY, marks, heard, FAR_MS).outcome for state in states} == {"confirmed"}
    assert {judge(state, PROMPT, marks, heard, FAR_MS).outcome for state in states} == {"missed"}


def test_what_has_ended_is_at_once_what_it_will_come_to_and_a_miss_is_not() -> None:
    shown = [mark("shown", 0)]
    now_ms = ISSUED + LIFETIME + 2_000
    assert judge("missed", AWAY, shown, {}, now_ms).outcome == "undelivered"
    assert judge("issued", AWAY, shown, {}, now_ms).outcome == "pending"
    assert judge("missed", PROMPT, shown, {}, now_ms).outcome == "missed"
    for state in ("issued", "confirmed", "undelivered", "cancelled"):
        assert (
            judge(state, PROMPT, shown, {}, now_ms).outcome == "pending"
        )  # a silent play may bring the answer


def test_a_display_that_is_known_too_late_makes_no_miss_with_any_outage() -> None:
    late_ms = LIFETIME + DELIVERY_MS
    for delay_ms, outcome in ((late_ms - 1, "missed"), (late_ms, "undelivered")):
        shown = mark("shown", 0, delay_ms=delay_ms)
        outage = Interval(ISSUED + OVER, ISSUED + 10 * late_ms)
        for prompt in (PROMPT, replace(PROMPT, outages=union([outage]))):
            assert resolve(prompt, [shown], {}, FAR_MS).outcome == outcome


def test_what_is_known_too_late_neither_hides_nor_shows_nor_lengthens() -> None:
    received, late = (
        mark("received", 0, visible=False),
        mark("shown", 50_000, play=2, delay_ms=LIFETIME + DELIVERY_MS),
    )
    excusing = replace(PROMPT, hidden_miss="undelivered")
    assert resolve(excusing, [received, late], {}, FAR_MS).outcome == "undelivered"
    in_time = replace(late, arrival_ms=late.at_ms)
    stands = resolve(excusing, [received, in_time], {}, FAR_MS)
    assert (stands.outcome, stands.expired_ms) == ("missed", ISSUED + 50_000 + LIFETIME)
    assert resolve(PROMPT, [received, late], {}, FAR_MS).expired_ms == ISSUED + LIFETIME


def test_what_came_first_stays_the_answer() -> None:
    shown = [mark("shown", 0), mark("shown", 0, play=2)]
    first = mark("answered", 30_000, seq=2)
    earlier = mark("answered", 20_000, seq=2, play=2, delay_ms=400_000)
    stands = resolve(PROMPT, [*shown, earlier, first], {}, FAR_MS)
    assert (stands.confirmed_ms, stands.late) == (ISSUED + 30_000, False)


def test_wrong_codes_that_come_later_spoil_no_right_one() -> None:
    prompt = replace(PROMPT, expected=TypedCode("0417"))
    shown = [mark("shown", 0), mark("shown", 0, play=2)]
    right = mark("answered", 30_000, seq=2, answer="0417")
    wrong = [mark("answered", 1_000 * at, seq=at, play=2, answer="1") for at in range(2, 8)]
    late = [replace(each, arrival_ms=right.arrival_ms + 1) for each in wrong]
    assert resolve(prompt, [*shown, *late, right], {}, FAR_MS).outcome == "confirmed"
    assert resolve(prompt, [*shown, *wrong, right], {}, FAR_MS).outcome == "missed"
    together = [replace(each, arrival_ms=right.arrival_ms) for each in wrong]
    assert resolve(prompt, [*shown, *together, right], {}, FAR_MS).outcome == "missed"


def test_an_answer_is_uncovered_as_it_was() -> None:
    marks = [mark("shown", 0), mark("answered", 30_000, seq=2)]
    covered = replace(PROMPT, session_ends_ms=ISSUED + 10_000)
    assert judge("confirmed", covered, marks, {}, FAR_MS).outcome == "cancelled"
    assert uncovered(covered, marks, {}) == resolve(PROMPT, marks, {}, FAR_MS)
