"""A clock of another speed is told from a step, from drift and from a bad network; no honest one is taken for it."""

import random

import pytest

from rollcall.domain.evidence.clock_map import Exchange
from rollcall.domain.flags.clock import RateWatch


def heard(rate: float, seconds: int, *, delay_ms: int = 40, step_ms: int = 0, seed: int = 1) -> list[int]:
    """Answer a tick each 10 s on a clock of this rate, with delays up to `delay_ms` a way; return what was found."""
    draw, watch, found = random.Random(seed), RateWatch(), []
    for at_ms in range(0, seconds * 1000, 10_000):
        there, back = draw.randint(1, delay_ms), draw.randint(1, delay_ms)
        stepped = step_ms if at_ms >= seconds * 500 else 0
        received = round((at_ms + there) * rate) + stepped
        ppm = watch.hear(0, Exchange(at_ms, received, received + 2, at_ms + there + 2 + back))
        if ppm is not None:
            found.append(ppm)
    return found


@pytest.mark.parametrize(("rate", "ppm"), [(1.05, 50_000), (0.95, -50_000), (1.01, 10_000)])
def test_a_clock_of_another_speed_is_found_in_three_minutes(rate: float, ppm: int) -> None:
    found = heard(rate, 190)
    assert found
    assert abs(found[-1] - ppm) < 2_000


def test_a_small_difference_is_found_in_the_long_run() -> None:
    assert not heard(1.002, 600, delay_ms=200)
    assert heard(1.002, 1_900, delay_ms=200)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(("rate", "delay_ms"), [(1.0, 3_000), (1.0005, 60), (0.9995, 400)])
def test_drift_and_bad_networks_are_nothing(rate: float, delay_ms: int, seed: int) -> None:
    assert heard(rate, 3_600, delay_ms=delay_ms, seed=seed) == []


@pytest.mark.parametrize("step_ms", [-3_000, 1_500, 3_600_000])
def test_a_step_is_no_speed(step_ms: int) -> None:
    assert heard(1.0, 3_600, step_ms=step_ms) == []


def test_an_epoch_begins_anew() -> None:
    watch = RateWatch()
    for epoch in range(60):
        at_ms = epoch * 60_000
        assert watch.hear(epoch, Exchange(at_ms, 0, 2, at_ms + 40)) is None
