"""What each simulated person is going to do, drawn from a seed before anybody connects: values, no clock, no network.

All times are milliseconds after the start of the simulation.
"""

import random
from dataclasses import dataclass
from typing import Literal

State = Literal["playing", "paused"]


@dataclass(frozen=True, slots=True)
class Change:
    """The person plays or pauses this tab, or another tab hides it."""

    at_ms: int
    state: State
    visible: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """The network breaks and is back `for_ms` later; the tab plays on from its buffer."""

    at_ms: int
    for_ms: int


@dataclass(frozen=True, slots=True)
class TabScript:
    """One player: its own clock (offset and drift), when it opens and closes, what happens between."""

    opens_ms: int
    closes_ms: int
    changes: tuple[Change, ...]
    drops: tuple[Drop, ...]
    clock_offset_ms: int
    drift_ppm: float


@dataclass(frozen=True, slots=True)
class PersonScript:
    """One participant with one or more tabs. `answers_after_ms`: from prompt to click, None = never clicks."""

    user_id: str
    name: str
    tabs: tuple[TabScript, ...]
    answers_after_ms: int | None


def write_scripts(people: int, length_ms: int, seed: int) -> list[PersonScript]:
    """Return the same honest behaviour for the same arguments: most watch through, some do everything else."""
    source = random.Random(seed)  # noqa: S311 - repeatable on purpose, nothing secret
    return [_person(source, number, length_ms) for number in range(1, people + 1)]


def _person(source: random.Random, number: int, length_ms: int) -> PersonScript:
    opens = source.randint(0, length_ms * 15 // 100)
    closes = length_ms if source.random() < 0.7 else source.randint(length_ms * 80 // 100, length_ms)
    tabs = [_tab(source, opens, closes)]
    for _ in range(source.choices((0, 1, 2), (80, 15, 5))[0]):
        later = source.randint(opens, length_ms * 50 // 100)
        tabs.append(_tab(source, later, source.randint(later + length_ms // 10, closes)))
    answers = source.randint(800, 6_000) if source.random() < 0.85 else None
    return PersonScript(f"sim-{number:05}", f"Участник {number}", tuple(tabs), answers)


def _tab(source: random.Random, opens_ms: int, closes_ms: int) -> TabScript:
    return TabScript(
        opens_ms,
        closes_ms,
        _changes(source, opens_ms, closes_ms),
        _drops(source, opens_ms, closes_ms),
        clock_offset_ms=source.randint(0, 10_000_000),
        drift_ppm=source.uniform(-100, 100),
    )


def _changes(source: random.Random, opens_ms: int, closes_ms: int) -> tuple[Change, ...]:
    """Draw 0-2 pauses or hidden spells, one after the other."""
    number = source.choices((0, 1, 2), (50, 35, 15))[0]
    moments = sorted(source.randint(opens_ms, closes_ms) for _ in range(2 * number))
    changes: list[Change] = []
    for begin, end in zip(moments[::2], moments[1::2], strict=True):
        pause = source.random() < 0.5
        changes.append(Change(begin, "paused" if pause else "playing", visible=pause))
        changes.append(Change(end, "playing", visible=True))
    return tuple(changes)


def _drops(source: random.Random, opens_ms: int, closes_ms: int) -> tuple[Drop, ...]:
    if source.random() >= 0.15:
        return ()
    return (Drop(source.randint(opens_ms, closes_ms), source.randint(200, 4_000)),)
