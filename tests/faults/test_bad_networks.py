"""Honest viewers whose connection breaks for minutes, again and again: rarely do two prompts fall into such moments."""

from dataclasses import replace
from random import Random

from rollcall.domain.flags.presence import DODGES, Stretch, dodged
from rollcall.domain.ids import MediaNo, PlayNo

MINUTE_MS, HOUR_MS = 60_000, 3_600_000
DAY_MS = 7 * HOUR_MS
VIEWERS = 3_000
BREAKS_AN_HOUR = 2


def reports(draw: Random) -> list[Stretch]:
    """Return when a viewer reported live: breaks of 20 s to 5 min at random moments, the last tick before each."""
    stretches, at_ms = [], 0
    while at_ms < DAY_MS:
        up_ms = round(draw.expovariate(BREAKS_AN_HOUR / HOUR_MS))
        heard_ms = at_ms + max(0, up_ms - draw.randrange(10_000))
        stretches.append(
            Stretch(
                PlayNo(1), MediaNo(1), 0, "192.0.2.1", at_ms, heard_ms, playing=True, visible=True, live=True
            )
        )
        at_ms += up_ms + draw.randint(20_000, 300_000)
    return stretches


def test_bad_networks_are_hardly_ever_taken_for_dodging() -> None:
    draw, wrong = Random(22), 0
    for _ in range(VIEWERS):
        stretches, issued_ms, times = reports(draw), 0, 0
        while (issued_ms := issued_ms + draw.randint(30, 45) * MINUTE_MS) < DAY_MS:
            times += dodged(issued_ms, stretches) is not None
        wrong += times >= DODGES
    assert wrong < VIEWERS / 100


def test_who_breaks_the_connection_at_every_prompt_is_caught() -> None:
    draw = Random(23)
    for _ in range(200):
        issued = [n * 40 * MINUTE_MS + draw.randrange(MINUTE_MS) for n in range(1, 4)]
        away = [(at_ms + draw.randint(200, 4_000), draw.randint(190_000, 400_000)) for at_ms in issued]
        starts = [0, *(left_ms + for_ms for left_ms, for_ms in away)]
        ends = [*(left_ms - draw.randrange(9_000) for left_ms, _ in away), DAY_MS]
        stretches = [
            Stretch(PlayNo(1), MediaNo(1), 0, "192.0.2.1", start, end, playing=True, visible=True, live=True)
            for start, end in zip(starts, ends, strict=True)
        ]
        assert sum(dodged(at_ms, stretches) is not None for at_ms in issued) == 3


def test_who_comes_for_a_moment_each_half_minute_shows_no_gap_to_any_flag() -> None:
    """A limit that `docs/evidence.md` states: such time is live, one stretch after the other."""
    visits = [
        Stretch(PlayNo(1), MediaNo(1), 0, "192.0.2.1", at, at + 28_000, playing=True, visible=True, live=True)
        for at in range(0, HOUR_MS, 28_000)
    ]
    assert not any(dodged(issued_ms, visits) for issued_ms in range(MINUTE_MS, HOUR_MS - MINUTE_MS, 1_000))
    one_late = [replace(visit, live=visit.start_ms != 280_000) for visit in visits]
    assert dodged(290_000, one_late) is not None
