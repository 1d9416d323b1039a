"""What a simulated person is going to do, as values drawn before anybody connects.

All times are milliseconds after the start of the simulation.
"""

from dataclasses import dataclass, field
from typing import Literal

from rollcall.cli.simulate.page.video import View

Trick = Literal[
    "forged-times",
    "frozen",
    "random-positions",
    "back-fill",
    "claims-prompts",
    "replay",
    "replay-play",
    "replay-user",
]


@dataclass(frozen=True, slots=True)
class Change:
    """The viewer has it otherwise from now on; the content moves by `seek_ms`."""

    at_ms: int
    view: View
    seek_ms: int = 0


@dataclass(frozen=True, slots=True)
class Drop:
    """The network breaks and is back `for_ms` later; the tab plays on from its buffer."""

    at_ms: int
    for_ms: int


@dataclass(frozen=True, slots=True)
class Sleep:
    """The machine sleeps; `clock_stops`: its monotonic clock does too, as on most systems."""

    at_ms: int
    for_ms: int
    clock_stops: bool


@dataclass(frozen=True, slots=True)
class Kill:
    """The browser dies and is opened again `for_ms` later (None = never), with or without its journal."""

    at_ms: int
    for_ms: int | None
    keeps_journal: bool


@dataclass(frozen=True, slots=True)
class ClockScript:
    """How wrong this tab's clocks are, and when (and by how much) its wall clock is set."""

    offset_ms: int = 0
    drift_ppm: float = 0.0
    wall_offset_ms: int = 0
    jumps: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TabScript:
    """One player: when it opens and closes, what happens between, and through what it speaks.

    `hall` is which media of the event it shows. `polls`: a proxy breaks sockets, everything goes by POST.
    """

    opens_ms: int
    closes_ms: int
    clock: ClockScript
    changes: tuple[Change, ...] = ()
    drops: tuple[Drop, ...] = ()
    sleeps: tuple[Sleep, ...] = ()
    kills: tuple[Kill, ...] = ()
    view: View = field(default_factory=View)
    hall: int = 0
    polls: bool = False
    fetches: bool = True
    trick: Trick | None = None


@dataclass(frozen=True, slots=True)
class PersonScript:
    """One participant. `reactions_ms`: from each prompt to the click, in turn; empty = never clicks.

    `drops_prompts`: the player hides prompts from its viewer and from the server's knowledge.
    """

    user_id: str
    name: str
    behaviour: str
    tabs: tuple[TabScript, ...]
    reactions_ms: tuple[int, ...]
    drops_prompts: bool = False
