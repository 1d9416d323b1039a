"""What one attempt is asked: which questions, in which order, with their choices in which order. Drawn from a seed.

The same seed, questions and rule draw the same everywhere. The draw is stored with its attempt all the same, so that a
question added later changes no attempt that has begun.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from rollcall.domain.errors import Conflict
from rollcall.domain.ids import QuestionId
from rollcall.domain.quizzes.questions import Order, Question, shown_choices

Thing = TypeVar("Thing")
MOST_ASKED = 200


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question of an attempt. `order[k]` is the place in the question of what is displayed as the k-th choice."""

    question: QuestionId
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How to draw: how many questions of each pool (a pool that is not named is asked whole), and what to shuffle."""

    pools: Mapping[str, int]
    shuffle_questions: bool
    shuffle_choices: bool


def draw(seed: bytes, questions: Mapping[QuestionId, Question], how: Drawing) -> tuple[Drawn, ...]:
    """Return what an attempt with this seed is asked. Items to be ordered are shuffled always."""
    chance = _Chance(seed)
    asked = _picked(chance, questions, how.pools)
    if how.shuffle_questions:
        asked = chance.shuffled(asked)
    return tuple(Drawn(name, _order(chance, questions[name], how)) for name in asked)


def check_draw(questions: Sequence[Question], how: Drawing) -> None:
    """Raise Conflict when attempts cannot be drawn: nothing to ask, too much of it, or a pool that is too small."""
    sizes: dict[str | None, int] = {}
    for question in questions:
        sizes[question.pool] = sizes.get(question.pool, 0) + 1
    for pool, wanted in how.pools.items():
        if sizes.get(pool, 0) < wanted:
            has = sizes.get(pool, 0)
            sentence = f"{wanted} questions are to be drawn from the pool '{pool}', which has {has}."
            raise Conflict(sentence, code="pool_too_small")
    asked = sum(size if pool is None else how.pools.get(pool, size) for pool, size in sizes.items())
    if asked == 0:
        raise Conflict("The quiz asks no question.", code="quiz_empty")
    if asked > MOST_ASKED:
        sentence = (
            f"An attempt would be asked {asked} questions, more than {MOST_ASKED}: draw fewer from a pool."
        )
        raise Conflict(sentence, code="quiz_too_long")


def worth(questions: Sequence[Question], how: Drawing) -> int | None:
    """Return how many points an attempt that is drawn now can earn; None where chance decides."""
    points = sum(question.points for question in questions if question.pool not in how.pools)
    for pool, wanted in how.pools.items():
        of_pool = [question.points for question in questions if question.pool == pool]
        if wanted < len(of_pool) and len(set(of_pool)) > 1:
            return None
        points += sum(of_pool[:wanted])
    return points


def as_displayed(drawn: Drawn, answer: tuple[int, ...] | str) -> tuple[int, ...] | str:
    """Return an answer in the places that were displayed."""
    if isinstance(answer, str):
        return answer
    return tuple(drawn.order.index(place) for place in answer)


def as_asked(drawn: Drawn, answer: tuple[int, ...] | str) -> tuple[int, ...] | str | None:
    """Return an answer in the places of the question; None when it names one that was not displayed."""
    if isinstance(answer, str):
        return answer
    if not all(0 <= place < len(drawn.order) for place in answer):
        return None
    return tuple(drawn.order[place] for place in answer)


def _picked(
    chance: "_Chance", questions: Mapping[QuestionId, Question], pools: Mapping[str, int]
) -> list[QuestionId]:
    """Return the questions that are asked, in the order of the quiz."""
    picked = {name for name, question in questions.items() if question.pool not in pools}
    for pool in sorted(pools):
        members = [name for name, question in questions.items() if question.pool == pool]
        picked.update(chance.shuffled(members)[: pools[pool]])
    return [name for name in questions if name in picked]


def _order(chance: "_Chance", question: Question, how: Drawing) -> tuple[int, ...]:
    places = list(range(len(shown_choices(question))))
    return tuple(chance.shuffled(places) if how.shuffle_choices or isinstance(question, Order) else places)


class _Chance:
    """Whole numbers from a seed, each as likely as any other."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._count = 0

    def below(self, limit: int) -> int:
        """Return a whole number of [0, limit)."""
        most = 2**64 - 2**64 % limit  # from there on some numbers would be likelier than others
        while True:
            block = sha256(self._seed + self._count.to_bytes(8, "big")).digest()
            self._count += 1
            number = int.from_bytes(block[:8], "big")
            if number < most:
                return number % limit

    def shuffled(self, things: Sequence[Thing]) -> list[Thing]:
        mixed = list(things)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.below(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed
