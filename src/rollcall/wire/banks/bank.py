"""What comes of reading a question bank: whole questions, and remarks on those that were refused or lost something."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from rollcall.domain.errors import Malformed, Problem, TooLarge
from rollcall.domain.quizzes.questions import MOST_NAME, MOST_QUESTIONS, Question, check_question

MOST_BYTES: Final = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence on one question of the bank; `question` counts from 1, `line` is where it begins."""

    question: int
    line: int | None
    message: str


@dataclass(slots=True)
class Bank:
    """The questions that could be read, in order; `rejected` ones are not among them, `notes` are on some that are."""

    questions: list[Question] = field(default_factory=list)
    rejected: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    count: int = 0

    def add(self, line: int | None, read: Callable[[list[str]], Question]) -> None:
        """Take in the next question. `read` returns it and adds sentences to its argument, or raises Malformed."""
        self.count += 1
        if self.count > MOST_QUESTIONS:
            raise TooLarge(f"A bank has at most {MOST_QUESTIONS} questions.")
        notes: list[str] = []
        try:
            question = read(notes)
            check_question(question)
        except Malformed as error:
            self.rejected.append(Remark(self.count, line, _sentence(error.problems[0])))
            return
        self.questions.append(question)
        self.notes += [Remark(self.count, line, note) for note in notes]


def named(question: Question, title: str, pool: str | None) -> Question:
    """Return a question with the name it has in its bank and the pool that its category became."""
    return replace(question, title=title[:MOST_NAME].strip() or None, pool=pool)


def pool_of(category: str) -> str | None:
    """Return the pool that a category becomes; the topmost categories are none."""
    parts = [part.strip() for part in category.strip().split("/")]
    if parts and parts[0].startswith("$"):
        parts = parts[1:]
    if parts and parts[0] == "top":
        parts = parts[1:]
    return "/".join(parts)[:MOST_NAME].strip() or None


def refused(sentence: str) -> Malformed:
    """Return the refusal of a question."""
    return Malformed(Problem("$", sentence))


def one_line(text: str) -> str:
    """Return a text without line breaks and spaces around it."""
    return " ".join(text.split()) if "\n" in text else text.strip()


def checked_text(body: bytes) -> str:
    """Return a body as text; raises TooLarge, or Malformed unless it is UTF-8 without other control characters."""
    if len(body) > MOST_BYTES:
        raise TooLarge(f"A bank has at most {MOST_BYTES // 1024 // 1024} MB.")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise Malformed(Problem(f"line {line}", "A bank is UTF-8: save it as such.")) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    for number, found in enumerate(text.split("\n"), 1):
        if not found.isprintable() and any(ord(char) < 32 or 127 <= ord(char) < 160 for char in found):
            raise Malformed(Problem(f"line {number}", "Control characters are not allowed."))
    return text


def _sentence(problem: Problem) -> str:
    where = problem.path.removeprefix("$").lstrip(".")
    return f"{where}: {problem.message}" if where else problem.message
