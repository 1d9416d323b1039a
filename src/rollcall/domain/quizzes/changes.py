"""What of a quiz may still change once it was open: whatever leaves the answers that were given their meaning.

Wording, points, the right answer, tolerances and accepted texts may be corrected; results follow when they are read.
"""

from collections.abc import Mapping

from rollcall.domain.errors import Conflict
from rollcall.domain.ids import QuestionId
from rollcall.domain.quizzes.questions import Question, kind_of, shown_choices


def refuse_meaningless(before: Mapping[QuestionId, Question], after: Mapping[QuestionId, Question]) -> None:
    """Raise Conflict (`quiz_answered`) when an answer to a question of `before` would lose its meaning."""
    for number, (name, old) in enumerate(before.items(), 1):
        new = after.get(name)
        if new is None:
            raise Conflict(
                f"Question {number} was open to answers: it cannot be removed.", code="quiz_answered"
            )
        if kind_of(new) != kind_of(old):
            raise Conflict(
                f"Question {number} was open to answers: its kind cannot be changed.", code="quiz_answered"
            )
        if shown_choices(new) != shown_choices(old):
            raise Conflict(
                f"Question {number} was open to answers: its choices cannot be changed, only which are right.",
                code="quiz_answered",
            )
