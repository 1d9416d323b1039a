"""Who takes part in a simulation and how they behave, all drawn from one seed: values, no clock, no network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from random import Random
from typing import Literal

from rollcall.cli.simulate.script import cheating, honest
from rollcall.cli.simulate.script.honest import Tabs
from rollcall.cli.simulate.script.values import PersonScript

Limit = Literal["truth", "connected", "nothing"]
PROMPTS = 64


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One way to behave. `limit`: proven time has to equal the truth, or may not exceed the time connected, or nothing.

    `slack_ms` is what honest viewers may lose beyond the bound, by what happens to them (see P4 of the evidence page).
    `reacts`: like a human, like a clock, or never at all because prompts are dropped.
    """

    draw: Callable[[Random, int], Tabs]
    honest: bool = True
    limit: Limit = "truth"
    slack_ms: int = 0
    reacts: Literal["human", "clock", "drops", "never"] = "human"
    in_default_mix: bool = True


BEHAVIOURS: dict[str, Behaviour] = {
    "mixed": Behaviour(honest.mixed),
    "plain": Behaviour(honest.plain),
    "late": Behaviour(honest.late),
    "leaver": Behaviour(honest.leaver),
    "tabs": Behaviour(honest.tabs),
    "halls": Behaviour(honest.halls),
    "pauses": Behaviour(honest.pauses),
    "hidden": Behaviour(honest.hidden),
    "sleeping": Behaviour(honest.sleeping, slack_ms=1_000),
    "reopened": Behaviour(honest.reopened, slack_ms=2_000),
    "journal-lost": Behaviour(honest.journal_lost, slack_ms=10_000),
    "killed": Behaviour(honest.killed, slack_ms=10_000),
    "roaming": Behaviour(honest.roaming),
    "offline": Behaviour(honest.offline),
    "drifting": Behaviour(honest.drifting),
    "clock-jumps": Behaviour(honest.clock_jumps),
    "wrong-rate": Behaviour(honest.wrong_rate, slack_ms=5_000, in_default_mix=False),
    "rates": Behaviour(honest.rates),
    "looping": Behaviour(honest.looping),
    "polling": Behaviour(honest.polling),
    "forged-times": Behaviour(cheating.forged_times, honest=False, limit="connected"),
    "frozen": Behaviour(cheating.frozen, honest=False, limit="nothing"),
    "random-positions": Behaviour(cheating.random_positions, honest=False, limit="connected"),
    "no-media": Behaviour(cheating.no_media, honest=False),
    "back-fill": Behaviour(cheating.back_fill, honest=False, limit="connected"),
    "replay": Behaviour(cheating.replay, honest=False),
    "replay-play": Behaviour(cheating.replay_play, honest=False),
    "replay-user": Behaviour(cheating.replay_user, honest=False, reacts="never"),
    "claims-prompts": Behaviour(cheating.claims_prompts, honest=False, reacts="drops"),
    "drops-prompts": Behaviour(honest.plain, honest=False, reacts="drops"),
    "auto-click": Behaviour(honest.plain, honest=False, reacts="clock"),
}
GROUPS = {
    "honest": [name for name, b in BEHAVIOURS.items() if b.honest and b.in_default_mix],
    "cheating": [name for name, b in BEHAVIOURS.items() if not b.honest],
    "all": list(BEHAVIOURS),
}


def named(text: str) -> list[str]:
    """Return the behaviours that `text` names, separated by commas; a group's name stands for its members.

    Raises ValueError for a name that is none.
    """
    names = [name for word in text.split(",") for name in GROUPS.get(word.strip(), [word.strip()])]
    unknown = sorted(set(names) - set(BEHAVIOURS))
    if unknown or not names:
        raise ValueError(f"there is no behaviour {', '.join(unknown)!r}; there are {', '.join(BEHAVIOURS)}")
    return names


def write_scripts(people: int, length_ms: int, seed: int, behaviours: Sequence[str]) -> list[PersonScript]:
    """Return the same people for the same arguments, dealt to the behaviours in turn."""
    source = Random(seed)  # noqa: S311 - repeatable on purpose, nothing secret
    dealt = cycle(behaviours)
    return [_person(source, number, length_ms, next(dealt)) for number in range(1, people + 1)]


def _person(source: Random, number: int, length_ms: int, name: str) -> PersonScript:
    behaviour = BEHAVIOURS[name]
    return PersonScript(
        user_id=f"sim-{number:05}",
        name=f"Участник {number}",
        behaviour=name,
        tabs=behaviour.draw(source, length_ms),
        reactions_ms=_reactions(source, behaviour),
        drops_prompts=behaviour.reacts == "drops",
    )


def _reactions(source: Random, behaviour: Behaviour) -> tuple[int, ...]:
    """Draw how long after each prompt the click comes: people vary, and one in seven is not at the screen at all."""
    match behaviour.reacts:
        case "clock":
            return (source.choice((50, 1_000)),)
        case "human" if source.random() < 0.85:
            pace_ms = source.randint(900, 3_000)
            return tuple(min(9_000, round(pace_ms * source.lognormvariate(0, 0.4))) for _ in range(PROMPTS))
        case _:
            return ()
