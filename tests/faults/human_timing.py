"""How people answer prompts, made and seeded: a corpus against which flags must stay silent; and programs beside it.

People: a participant's reaction times are log-normal, with a median of their own (0.9-4 s) and a spread of their own.
Some type in the chat and now and then press the button as it appears; some see a prompt late, because they were away;
a few use a screen reader, whose clicks move nothing. The figures are of the order that studies of simple tasks
on screens report; the corpus errs on the fast and regular side, which is where false flags come from.
"""

from collections.abc import Callable
from math import exp, log
from random import Random

from rollcall.domain.flags.answers import Answer

MINUTE_MS = 60_000
Reaction = Callable[[Random], float]


def answers(draw: Random, count: int, reaction: Reaction, *, pointer: float = 1.0) -> list[Answer]:
    """Return `count` answers, half an hour and more apart."""
    at_ms, given = 0, []
    for n in range(count):
        at_ms += draw.randint(30, 45) * MINUTE_MS
        reaction_ms = round(reaction(draw))
        given.append(Answer(f"check-{n}", at_ms + reaction_ms, reaction_ms, draw.random() < pointer))
    return given


def person(draw: Random) -> Reaction:
    """Return the reaction of one more person."""
    median_ms = 1_000 * min(4.0, max(0.9, draw.lognormvariate(log(1.9), 0.45)))
    spread = draw.uniform(0.3, 0.7)
    types, away = draw.random() < 0.2, draw.uniform(0, 0.15)

    def reaction(draw: Random) -> float:
        if types and draw.random() < 0.02:
            return draw.uniform(20, 400)
        if draw.random() < away:
            return draw.uniform(5_000, 55_000)
        return max(220.0, median_ms * exp(draw.gauss(0, spread)))

    return reaction


def people(seed: int, count: int) -> list[list[Answer]]:
    """Return the answers of `count` people to 4-16 prompts each; one in 250 uses a screen reader."""
    draw = Random(seed)
    return [
        answers(draw, draw.randint(4, 16), person(draw), pointer=0.0 if draw.random() < 0.004 else 0.97)
        for _ in range(count)
    ]


def jitter(draw: Random) -> float:
    """Return by how much a timer of a page is late: a few milliseconds, now and then many."""
    return draw.uniform(60, 250) if draw.random() < 0.02 else draw.expovariate(1 / 8)


def script_in_the_page(draw: Random) -> float:
    """Click as soon as the button is there, before or just after two frames have been painted."""
    return draw.uniform(-40, 5) + jitter(draw)


def debugger_after_50_ms(draw: Random) -> float:
    """Click through the debugging protocol."""
    return 50 + jitter(draw)


def always_a_second(draw: Random) -> float:
    """Click after one second."""
    return 1_000 + jitter(draw)


def one_to_five_seconds(draw: Random) -> float:
    """Click after a time drawn anew each time."""
    return draw.uniform(1_000, 5_000) + jitter(draw)
