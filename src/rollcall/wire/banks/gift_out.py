"""Writes Moodle GIFT. The format knows no points, so they stand in a comment that we read again."""

from collections.abc import Iterator, Sequence

from rollcall.domain.quizzes.numbers import percent_text
from rollcall.domain.quizzes.questions import FreeText, Multiple, Number, Order, Question, Single
from rollcall.wire.banks.accepted import short_answer
from rollcall.wire.banks.bank import refused
from rollcall.wire.banks.gift_text import CATEGORY, escape
from rollcall.wire.banks.weights import weights

WEIGHT_PLACES = 5


def write_gift(questions: Sequence[Question]) -> bytes:
    """Return the questions as a bank; raises Malformed for one that the format cannot say."""
    parts, pool = [], None
    for question in questions:
        if question.pool != pool:
            pool = question.pool
            parts.append(f"{CATEGORY} {'top' if pool is None else f'top/{pool}'}\n")
        parts.append(_question(question))
    return "\n".join(parts).encode()


def _question(question: Question) -> str:
    points = f"// [points:{question.points}]\n" if question.points != 1 else ""
    title = f"::{escape(question.title)}::" if question.title is not None else ""
    answers = "".join(f"\n{line}" for line in _answers(question))
    return f"{points}{title}[plain]{escape(question.text)} {{{answers}{chr(10) if answers else ''}}}\n"


def _answers(question: Question) -> Iterator[str]:
    match question:
        case Single(choices=choices):
            yield from (f"{'=' if choice.right else '~'}{escape(choice.text)}" for choice in choices)
        case Multiple(grading="all_or_nothing"):
            raise refused(
                "GIFT cannot say that several choices are right all together or not at all; take XML."
            )
        case Multiple(choices=choices):
            for choice, weight in zip(choices, weights(choices), strict=True):
                yield f"~%{percent_text(weight, WEIGHT_PLACES)}%{escape(choice.text)}"
        case Order(items=items, grading=grading):
            yield f">0 ALL VERTICAL {'ABSOLUTE_POSITION' if grading == 'right_places' else 'ALL_OR_NOTHING'} SHOW none"
            for item in items:
                if item.startswith("//"):
                    raise refused("GIFT takes an item that begins with '//' for a comment; take XML.")
                yield escape(item)
        case Number(answer=answer, tolerance=tolerance):
            yield f"#{answer}:{tolerance}"
        case FreeText(accepted=accepted):
            yield from (f"={escape(short_answer(text))}" for text in accepted)
