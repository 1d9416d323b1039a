"""F31 on values: thousands of programs and people answer prompts; who is flagged, and who is not."""

import logging
from random import Random

import pytest

from rollcall.domain.flags.answers import Answer, judge_answers, judge_together
from tests.faults import human_timing as timing

RUNS = 2_000
log = logging.getLogger(__name__)


def flagged(runs: list[list[Answer]]) -> float:
    """Return the share of runs in which anything was flagged."""
    return sum(bool(judge_answers(given)) for given in runs) / len(runs)


@pytest.mark.parametrize("count", [5, 8, 16])
@pytest.mark.parametrize(
    "program", [timing.script_in_the_page, timing.debugger_after_50_ms, timing.always_a_second]
)
def test_early_and_regular_programs_are_flagged(program: timing.Reaction, count: int) -> None:
    """With a pointer that moves: without one they are flagged all the same."""
    draw = Random(31)
    assert flagged([timing.answers(draw, count, program) for _ in range(RUNS)]) >= 0.95


def test_programs_that_vary_are_not_detected() -> None:
    """Recorded as such: `docs/flags.md` says so."""
    draw = Random(32)
    uniform = [timing.answers(draw, draw.randint(4, 16), timing.one_to_five_seconds) for _ in range(RUNS)]
    human = [timing.answers(draw, draw.randint(4, 16), timing.person(draw)) for _ in range(RUNS)]
    log.info("flagged: uniform 1-5 s %.2f, human-like %.2f: not detected", flagged(uniform), flagged(human))
    assert flagged(uniform) < 0.05
    assert flagged(human) < 0.05


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_people_are_hardly_ever_flagged(seed: int) -> None:
    crowd = timing.people(seed, 5_000)
    kinds: dict[str, int] = {}
    for given in crowd:
        for sign in judge_answers(given):
            kinds[sign.kind] = kinds.get(sign.kind, 0) + 1
    log.info("false flags among %d people: %s", len(crowd), kinds)
    assert flagged(crowd) < 0.01
    assert kinds.get("constant_reactions", 0) < len(crowd) / 1_000


@pytest.mark.parametrize("checks", [4, 8, 16])
def test_a_hall_behind_one_address_is_not_taken_for_one_person(checks: int) -> None:
    """300 people in one room, asked at the same moments; and a pair of accounts of one program among them."""
    draw, wrong, halls = Random(33), 0, 10
    for _ in range(halls):
        hall = {}
        for who in range(300):
            reaction = timing.person(draw)
            hall[f"p{who}"] = [
                Answer(f"c{n}", n * timing.MINUTE_MS + (ms := round(reaction(draw))), ms, True)
                for n in range(checks)
            ]
        for account in ("one", "other"):
            hall[account] = [
                Answer(answer.check, answer.at_ms + round(timing.jitter(draw) / 3), answer.reaction_ms, True)
                for answer in hall["p0"]
            ]
        del hall["p0"]
        found = judge_together(hall)
        assert {"one", "other"} <= set(found)
        wrong += len(found) - 2
    log.info("false flags in one room, %d checks: %d of %d people", checks, wrong, halls * 300)
    assert wrong < halls * 300 / 100
