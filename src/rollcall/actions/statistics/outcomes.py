"""How each check ended for each row of a report: what its prompt says, and what no prompt means.

A check that never reached a participant is `not_present` when no evidence shows them playing from 30 s before its
issue to its end. Who was playing and still has no prompt was not asked: `undelivered` for a check of everybody; with a
plan, whose moments are personal, the participant has no such check. A recording is watched at any time: there who has
played in the session was present.
"""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from rollcall.actions.statistics.frame import Frame
from rollcall.actions.statistics.roster import NEVER, Roster
from rollcall.actions.statistics.watched import Watched
from rollcall.store import attendance
from rollcall.store.attendance import Ints
from rollcall.store.database import Connection
from rollcall.wire.statistics import Outcome

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
NUMBER = {outcome: number for number, outcome in enumerate(OUTCOMES)} | {"issued": OUTCOMES.index("pending")}
NOT_ASKED = -1
FIRST: tuple[Outcome, ...] = (
    "confirmed", "pending", "excused", "missed", "undelivered", "not_present", "cancelled"
)  # fmt: skip
NO_ANSWER = -1


@dataclass(frozen=True, slots=True)
class Outcomes:
    """By user and check: number of the outcome or NOT_ASKED, whether late, moments (ms) or NEVER.

    `answer`: index of the choice, `correct`: 1 or 0; NO_ANSWER where there is none. `unshown`: of undelivered ones.
    """

    outcome: NDArray[np.int8]
    late: NDArray[np.bool_]
    issued: Ints
    shown: Ints
    confirmed: Ints
    answer: NDArray[np.int8]
    correct: NDArray[np.int8]
    unshown: NDArray[np.bool_]

    def count(self, outcome: Outcome) -> list[int]:
        """Return for each check how many rows ended so."""
        result: list[int] = (self.outcome == NUMBER[outcome]).sum(axis=0).tolist()
        return result


def read_outcomes(connection: Connection, frame: Frame, roster: Roster, watched: Watched) -> Outcomes:
    """Return the outcome of every check for every row."""
    shape = (len(roster.user_ids), len(frame.checks))
    outcomes = Outcomes(
        outcome=np.full(shape, NOT_ASKED, np.int8),
        late=np.zeros(shape, np.bool_),
        issued=np.full(shape, NEVER, np.int64),
        shown=np.full(shape, NEVER, np.int64),
        confirmed=np.full(shape, NEVER, np.int64),
        answer=np.full(shape, NO_ANSWER, np.int8),
        correct=np.full(shape, NO_ANSWER, np.int8),
        unshown=np.zeros(shape, np.bool_),
    )
    _add_prompts(connection, frame, roster, outcomes)
    outcomes.unshown[outcomes.outcome != NUMBER["undelivered"]] = False
    _judge_unasked(frame, roster, watched, outcomes)
    return outcomes


def _add_prompts(connection: Connection, frame: Frame, roster: Roster, outcomes: Outcomes) -> None:
    column = {check.no: position for position, check in enumerate(frame.checks)}
    for prompt in attendance.prompts(connection, frame.project_no, column, roster.whose):
        user = roster.position.get(prompt.user_id)
        if user is None:
            continue
        at = user, column[prompt.check_no]
        outcomes.unshown[at] |= prompt.unshown
        if not _decides(outcomes.outcome[at], NUMBER[prompt.state]):
            continue
        outcomes.outcome[at] = NUMBER[prompt.state]
        outcomes.issued[at] = prompt.issued_ms
        outcomes.shown[at] = NEVER if prompt.shown_ms is None else prompt.shown_ms
        if prompt.state != "confirmed":  # an answer that came after its session ended is none
            continue
        outcomes.late[at] = prompt.late
        outcomes.confirmed[at] = NEVER if prompt.confirmed_ms is None else prompt.confirmed_ms
        if prompt.kind == "question" and prompt.answer is not None:
            outcomes.answer[at] = int(prompt.answer)
            outcomes.correct[at] = NO_ANSWER if prompt.correct is None else prompt.correct


def _decides(known: int, new: int) -> bool:
    """Tell whether a prompt says how the check went for a participant, of whom an earlier one may have said so too.

    Several User IDs of a participant may have been asked: one answer is enough.
    """
    return known == NOT_ASKED or FIRST.index(OUTCOMES[new]) < FIRST.index(OUTCOMES[known])


def _judge_unasked(frame: Frame, roster: Roster, watched: Watched, outcomes: Outcomes) -> None:
    media = {no: position for position, no in enumerate(frame.media_nos())}
    for position, check in enumerate(frame.checks):
        column = outcomes.outcome[:, position]
        unasked = (column == NOT_ASKED) & roster.member[:, media[check.media_no]]
        present = watched.present[:, position]
        column[unasked & ~present] = NUMBER["not_present"]
        if check.origin == "manual":
            column[unasked & present] = NUMBER["undelivered"]
        if check.state == "cancelled":
            column[unasked] = NUMBER["cancelled"]
