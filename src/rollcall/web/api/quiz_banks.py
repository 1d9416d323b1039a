"""Question banks in and out: our own JSON, Moodle GIFT and Moodle XML."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Annotated, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, Parameter
from msgspec import Meta

from rollcall.actions.quizzes import add_questions, require_quiz
from rollcall.actions.sessions import require_media
from rollcall.domain.errors import Conflict, Malformed, TooLarge, WrongType
from rollcall.domain.quizzes.questions import MOST_QUESTIONS, Question
from rollcall.store.database import Connection
from rollcall.store.quizzes import list_questions
from rollcall.web.api.quizzes import ONE, SCOPE, place
from rollcall.web.auth import Known
from rollcall.web.bodies import StrictRequest, decode
from rollcall.web.deps import Given
from rollcall.wire.api.quiz_questions import QuestionBank, QuizQuestion, from_question, to_question
from rollcall.wire.api.quizzes import ImportResult, QuestionRemark
from rollcall.wire.api.values import In
from rollcall.wire.banks.bank import MOST_BYTES, Bank, Remark
from rollcall.wire.banks.gift_in import read_gift
from rollcall.wire.banks.gift_out import write_gift
from rollcall.wire.banks.moodle_in import read_moodle
from rollcall.wire.banks.moodle_out import write_moodle

GIFT, XML = "text/plain", "application/xml"
Format = Annotated[
    Literal["json", "gift", "xml"], Parameter(description="Our own JSON, Moodle GIFT or Moodle XML.")
]
Writer = Callable[[Sequence[Question]], bytes]


class _Rows(In, frozen=True, kw_only=True):
    questions: Annotated[list[msgspec.Raw], Meta(max_length=MOST_QUESTIONS)]


@post(
    ONE + "/import",
    opt={**SCOPE, "body": QuestionBank, "kinds": (GIFT, XML)},
    summary="Add questions from a bank",
    status_code=200,
)
async def import_questions(
    code: FromPath[str], quiz: FromPath[str], request: StrictRequest, deps: Given, caller: Known
) -> ImportResult:
    """Up to 2 MB and 2,000 questions: `application/json`, `text/plain` (Moodle GIFT), `application/xml` (Moodle XML).

    Each question is added whole or not at all; those that do not map are listed with the reason. Categories become
    pools. Ids of a bank are not kept.
    """
    at = place(deps, caller, code)
    await deps.db.read(lambda conn: require_quiz(conn, require_media(conn, at.project_no, code), quiz))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    reader = READERS.get(kind)
    if reader is None:
        raise WrongType(f"Send a bank as application/json, {GIFT} (GIFT) or {XML} (Moodle XML).")
    bank = await asyncio.to_thread(reader, await request.body())
    if bank.questions:
        await add_questions(deps.db, at, quiz, bank.questions)
    return ImportResult(len(bank.questions), [*map(_remark, bank.rejected)], [*map(_remark, bank.notes)])


@get(ONE + "/export", opt=SCOPE, summary="The questions as a bank")
async def export_questions(
    code: FromPath[str],
    quiz: FromPath[str],
    deps: Given,
    caller: Known,
    format: Format = "json",  # noqa: A002 - the name in the query
) -> Response[bytes]:
    """Return all questions with their right answers, 409 where the format cannot say one of them."""

    def read(conn: Connection) -> list[Question]:
        found = require_quiz(conn, require_media(conn, caller.project_no, code), quiz)
        return [asked.question for asked in list_questions(conn, found.no).values()]

    kind, ending, writer = WRITERS[format]
    body = await asyncio.to_thread(_written, await deps.db.read(read), writer)
    headers = {"Content-Disposition": f'attachment; filename="quiz-{quiz}.{ending}"'}
    return Response(body, media_type=kind, headers=headers)


def _read_json(body: bytes) -> Bank:
    if len(body) > MOST_BYTES:
        raise TooLarge(f"A bank has at most {MOST_BYTES // 1024 // 1024} MB.")
    bank = Bank()
    for row in decode(body, _Rows).questions:
        bank.add(None, partial(_read_row, bytes(row)))
    return bank


def _read_row(row: bytes, _: list[str]) -> Question:
    said: QuizQuestion = decode(row, QuizQuestion)
    return to_question(said)


def _write_json(questions: Sequence[Question]) -> bytes:
    bank = QuestionBank(questions=[from_question(question, None) for question in questions])
    return msgspec.json.format(msgspec.json.encode(bank), indent=2)


def _written(questions: Sequence[Question], writer: Writer) -> bytes:
    try:
        return writer(questions)
    except Malformed as error:
        number = next(number for number, one in enumerate(questions, 1) if not _is_sayable(one, writer))
        sentence = f"Question {number} cannot be exported so: {error.problems[0].message}"
        raise Conflict(sentence, code="not_exportable") from error


def _is_sayable(question: Question, writer: Writer) -> bool:
    try:
        writer([question])
    except Malformed:
        return False
    return True


def _remark(remark: Remark) -> QuestionRemark:
    return QuestionRemark(remark.question, remark.line, remark.message)


READERS: Final[dict[str, Callable[[bytes], Bank]]] = {
    "application/json": _read_json,
    GIFT: read_gift,
    XML: read_moodle,
    "text/xml": read_moodle,
}
WRITERS: Final[dict[str, tuple[str, str, Writer]]] = {
    "json": ("application/json", "json", _write_json),
    "gift": (GIFT, "gift.txt", write_gift),
    "xml": (XML, "xml", write_moodle),
}
handlers = [import_questions, export_questions]
