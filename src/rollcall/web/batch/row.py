"""One row of a batch, whatever it came as: read into a participant, or named with what is wrong and what to do."""

from abc import ABC, abstractmethod

from rollcall.domain.errors import Problem
from rollcall.wire.api.lists import BatchRow, RejectedRow

MAX_ECHO = 200
MOMENT = "Write a moment with its offset, such as 2027-03-01T10:00:00+03:00, or leave it out."
TO_DO = {
    "user_id": "Give 1-200 characters without control characters and line breaks.",
    "name": "Give 1-300 characters without control characters and line breaks, or leave it out.",
    "email": "Give one address such as name@example.org, or leave it out.",
    "valid_from": MOMENT,
    "valid_until": MOMENT,
    "fields": "Up to 50 fields have names of 1-100 and texts of up to 1,000 characters without line breaks.",
}


class Row(ABC):
    """What can be done with a row of a body."""

    @abstractmethod
    def read(self) -> BatchRow:
        """Return the row; raises Malformed with one problem."""

    @abstractmethod
    def rejected(self, number: int, problem: Problem) -> RejectedRow:
        """Return how the `number`-th row (from 0) is told to whoever sent it."""


def advised(problem: Problem, advice: str | None = None) -> Problem:
    """Return the problem of a value that does not fit, with what to do about it."""
    told = advice or TO_DO.get(column_of(problem) or "", "A row is an object with 'user_id'.")
    return Problem(problem.path, f"{problem.message} {told}")


def column_of(problem: Problem) -> str | None:
    """Return which field of the row is meant; None for the row as a whole."""
    inside = problem.path.removeprefix("$.")
    if inside.startswith("fields"):
        return "fields"
    return None if inside == problem.path else inside
