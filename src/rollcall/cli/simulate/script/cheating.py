"""Cheating viewers, each drawn from a seeded source: what they really do is next to nothing, what they claim is not.

A player made for cheating can stay connected in real time and say whatever it likes. It cannot earn more than the
time it was there, nor time before its play was opened, nor somebody else's.
"""

from dataclasses import replace
from random import Random

from rollcall.cli.simulate.page.video import View
from rollcall.cli.simulate.script.honest import Tabs, clock, plain
from rollcall.cli.simulate.script.values import Drop, TabScript

DAY_MS = 86_400_000
CALLS_EACH_MS, AWAY_MS = 5_000, 4_000


def forged_times(source: Random, length: int) -> Tabs:
    """Rows with times of the past and the future, overlapping, huge, backwards."""
    return _with(plain(source, length), trick="forged-times")


def frozen(source: Random, length: int) -> Tabs:
    """Claims to play while the position stands still."""
    return _with(plain(source, length), trick="frozen")


def random_positions(source: Random, length: int) -> Tabs:
    """Claims to play at positions drawn at random."""
    return _with(plain(source, length), trick="random-positions")


def no_media(source: Random, length: int) -> Tabs:
    """Speaks the protocol perfectly and never fetches any picture."""
    return _with(plain(source, length), fetches=False)


def back_fill(source: Random, length: int) -> Tabs:
    """Is connected but paused; then claims to have played all the time, and hours before."""
    tab = TabScript(0, length * 90 // 100, replace(clock(source), offset_ms=DAY_MS), view=View("paused"))
    return (replace(tab, trick="back-fill"),)


def claims_prompts(source: Random, length: int) -> Tabs:
    """Plays before an empty chair; a second player, seldom connected, claims every prompt that the first was sent."""
    calls = tuple(Drop(at_ms, AWAY_MS) for at_ms in range(CALLS_EACH_MS, length, CALLS_EACH_MS))
    claimant = TabScript(0, length, clock(source), drops=calls, fetches=False, view=View("paused"))
    return (*plain(source, length), replace(claimant, trick="claims-prompts"))


def replay(source: Random, length: int) -> Tabs:
    """Repeat captured envelopes on the same play, over and over."""
    return _with(plain(source, length), trick="replay")


def replay_play(source: Random, length: int) -> Tabs:
    """Watches for a while, then opens a second play and sends what the first one sent."""
    half = length * 45 // 100
    first = TabScript(0, half, clock(source))
    second = TabScript(half, length, clock(source), view=View("paused"))
    return (replace(first, trick="replay"), replace(second, trick="replay-play"))


def replay_user(source: Random, length: int) -> Tabs:
    """Never watches; sends the envelopes that a friend's player sent."""
    tab = TabScript(source.randint(0, length * 4 // 100), length, clock(source), view=View("paused"))
    return (replace(tab, trick="replay-user"),)


def _with(tabs: Tabs, **other: object) -> Tabs:
    return tuple(replace(tab, **other) for tab in tabs)  # type: ignore[arg-type]
