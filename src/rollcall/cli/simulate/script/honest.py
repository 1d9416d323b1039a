"""Honest viewers: each function draws the tabs of one person from a seeded source, for an event of `length` ms.

The proportions are of the length, so that a rehearsal of half a minute and one of a day meet the same situations.
"""

from dataclasses import replace
from random import Random

from rollcall.cli.simulate.page.video import View
from rollcall.cli.simulate.script.values import Change, ClockScript, Drop, Kill, Sleep, TabScript

Tabs = tuple[TabScript, ...]
HIDDEN = View(visible=False)
PAUSED = View("paused")
TEN_YEARS_MS = 315_576_000_000
TWO_JUMPS_FROM_MS = 75_000
LONGEST_SLOW_MS = 40_000  # longer at half speed is far behind the broadcast, which does not count
HALLS = 3


def clock(source: Random, drift_ppm: float = 100.0) -> ClockScript:
    """Draw an ordinary clock: a little fast or slow, its wall clock set by hand long ago."""
    return ClockScript(
        offset_ms=source.randint(0, 10_000_000),
        drift_ppm=source.uniform(-drift_ppm, drift_ppm),
        wall_offset_ms=source.randint(-60_000, 60_000),
    )


def plain(source: Random, length: int) -> Tabs:
    """From near the beginning to the end, undisturbed."""
    return (TabScript(source.randint(0, length * 4 // 100), length, clock(source)),)


def mixed(source: Random, length: int) -> Tabs:
    """Most people: some late, some early leavers, some with more tabs, pauses, hidden spells, short drops."""
    opens = source.randint(0, length * 15 // 100)
    closes = length if source.random() < 0.7 else source.randint(length * 80 // 100, length)
    tabs = [_wandering(source, opens, closes)]
    for _ in range(source.choices((0, 1, 2), (80, 15, 5))[0]):
        later = source.randint(opens, length * 50 // 100)
        second = _wandering(source, later, source.randint(later + length // 10, closes))
        tabs.append(replace(second, view=HIDDEN))
    return tuple(tabs)


def late(source: Random, length: int) -> Tabs:
    """Comes when a good part is over."""
    return (TabScript(source.randint(length * 20 // 100, length * 50 // 100), length, clock(source)),)


def leaver(source: Random, length: int) -> Tabs:
    """Goes home before the end."""
    closes = source.randint(length * 40 // 100, length * 80 // 100)
    return (TabScript(0, closes, clock(source)),)


def tabs(source: Random, length: int) -> Tabs:
    """Up to five tabs and three devices, each with its own clocks, partly at the same time."""
    opens = [source.randint(0, length * 60 // 100) for _ in range(source.choice((1, 2, 5)))]
    return tuple(
        TabScript(at, source.randint(at + length // 10, length), clock(source), view=View(visible=n == 0))
        for n, at in enumerate(opens)
    )


def halls(source: Random, length: int) -> Tabs:
    """Watches parallel halls of one event at the same time."""
    return tuple(
        replace(_wandering(source, source.randint(0, length * 20 // 100), length), hall=hall)
        for hall in range(HALLS)
    )


def pauses(source: Random, length: int) -> Tabs:
    """Pauses several times."""
    moments = sorted(source.sample(range(length * 10 // 100, length * 95 // 100), 6))
    changes = [Change(at, View() if n % 2 else PAUSED) for n, at in enumerate(moments)]
    return (TabScript(0, length, clock(source), tuple(changes)),)


def hidden(source: Random, length: int) -> Tabs:
    """Has something else in front most of the time."""
    begin, end = (
        source.randint(length * 10 // 100, length * 20 // 100),
        source.randint(length * 70 // 100, length),
    )
    changes = (Change(begin, replace(HIDDEN, muted=source.random() < 0.3)), Change(end, View()))
    return (TabScript(0, length, clock(source), changes),)


def sleeping(source: Random, length: int) -> Tabs:
    """Shuts the lid in the middle, on a system whose monotonic clock stops, or on one where it runs on."""
    sleep = Sleep(
        source.randint(length * 25 // 100, length * 40 // 100),
        source.randint(length * 10 // 100, length * 30 // 100),
        clock_stops=source.random() < 0.5,
    )
    return (TabScript(0, length, clock(source), sleeps=(sleep,)),)


def reopened(source: Random, length: int) -> Tabs:
    """Has the browser killed and opened again; its journal is still there."""
    return (TabScript(0, length, clock(source), kills=(_kill(source, length, keeps_journal=True),)),)


def journal_lost(source: Random, length: int) -> Tabs:
    """Has the browser killed in private mode: what was not sent is lost."""
    return (TabScript(0, length, clock(source), kills=(_kill(source, length, keeps_journal=False),)),)


def killed(source: Random, length: int) -> Tabs:
    """Has the browser killed and never opens it again."""
    return (TabScript(0, length, clock(source), kills=(Kill(_middle(source, length), None, False),)),)


def roaming(source: Random, length: int) -> Tabs:
    """Is on the move: new networks, each time a new connection at once."""
    number = max(2, min(20, length // 15_000))
    drops = tuple(Drop(source.randint(0, length), source.randint(50, 800)) for _ in range(number))
    return (TabScript(0, length, clock(source), drops=tuple(sorted(drops, key=lambda d: d.at_ms))),)


def offline(source: Random, length: int) -> Tabs:
    """Loses the network for long, plays on, and sends everything afterwards."""
    for_ms = source.randint(length * 10 // 100, length * 18 // 100)
    return (TabScript(0, length, clock(source), drops=(Drop(_middle(source, length), for_ms),)),)


def drifting(source: Random, length: int) -> Tabs:
    """Clocks as bad as quartz gets, up to 500 ppm either way, and off by up to ten years."""
    wrong = replace(clock(source, 500.0), wall_offset_ms=source.randint(-TEN_YEARS_MS, TEN_YEARS_MS))
    return (TabScript(0, length, wrong),)


def clock_jumps(source: Random, length: int) -> Tabs:
    """Has the wall clock set during play, by seconds to years; in longer events twice, ticks apart."""
    moments = [source.randint(length * 25 // 100, length * 45 // 100)]
    if length >= TWO_JUMPS_FROM_MS:
        moments.append(source.randint(length * 65 // 100, length * 85 // 100))
    by_ms = (3_000, 3_600_000, TEN_YEARS_MS // 10)
    jumps = tuple((at, source.choice((-1, 1)) * source.choice(by_ms)) for at in moments)
    return (TabScript(0, length, replace(clock(source), jumps=jumps)),)


def wrong_rate(source: Random, length: int) -> Tabs:
    """Has a clock that runs 5 % fast or slow, as none should."""
    return (TabScript(0, length, replace(clock(source), drift_ppm=source.choice((-50_000.0, 50_000.0)))),)


def rates(source: Random, length: int) -> Tabs:
    """Watches from a minute back at other speeds, 0.5 to 4 times, and catches up at 1.1."""
    changes: list[Change] = []
    at = length * 10 // 100
    for rate in source.sample((0.5, 1.1, 1.5, 2.0, 4.0), 3):
        changes += _seek(source, at, -20_000 if rate > 1 else 0, View(rate=rate))
        at += min(LONGEST_SLOW_MS, source.randint(length * 12 // 100, length * 20 // 100))
    return (TabScript(0, length, clock(source), (*changes, Change(at, View(rate=1.1)))),)


def looping(source: Random, length: int) -> Tabs:
    """Goes back again and again to see the last part once more, then on to where the broadcast is."""
    changes: list[Change] = []
    step = max(3_000, min(30_000, length // 6))
    for number, at in enumerate(range(length * 15 // 100, length * 90 // 100, step)):
        changes += _seek(source, at, step if number % 2 else -step, View())
    return (TabScript(0, length, clock(source), tuple(changes)),)


def polling(source: Random, length: int) -> Tabs:
    """Behind a proxy that breaks WebSockets: everything goes by POST."""
    return tuple(replace(tab, polls=True) for tab in pauses(source, length))


def _seek(source: Random, at_ms: int, by_ms: int, view: View) -> list[Change]:
    """Move the content, which takes the browser a moment, and go on in this view."""
    return [Change(at_ms, View("seeking"), by_ms), Change(at_ms + source.randint(50, 400), view)]


def _middle(source: Random, length: int) -> int:
    return source.randint(length * 30 // 100, length * 60 // 100)


def _kill(source: Random, length: int, *, keeps_journal: bool) -> Kill:
    return Kill(_middle(source, length), source.randint(length * 3 // 100, length * 15 // 100), keeps_journal)


def _wandering(source: Random, opens_ms: int, closes_ms: int) -> TabScript:
    return TabScript(
        opens_ms,
        closes_ms,
        clock(source),
        _changes(source, opens_ms, closes_ms),
        _short_drops(source, opens_ms, closes_ms),
    )


def _changes(source: Random, opens_ms: int, closes_ms: int) -> tuple[Change, ...]:
    """Draw 0-2 pauses or hidden spells, one after the other."""
    number = source.choices((0, 1, 2), (50, 35, 15))[0]
    moments = sorted(source.randint(opens_ms, closes_ms) for _ in range(2 * number))
    changes: list[Change] = []
    for begin, end in zip(moments[::2], moments[1::2], strict=True):
        changes.append(Change(begin, PAUSED if source.random() < 0.5 else HIDDEN))
        changes.append(Change(end, View()))
    return tuple(changes)


def _short_drops(source: Random, opens_ms: int, closes_ms: int) -> tuple[Drop, ...]:
    if source.random() >= 0.15:
        return ()
    return (Drop(source.randint(opens_ms, closes_ms), source.randint(200, 4_000)),)
