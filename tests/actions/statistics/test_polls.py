"""Polls in reports: everybody's counts, and of each row what it chose in named polls; of anonymous ones nothing."""

from typing import Any

import pytest

from rollcall.actions.poll_desk import PollDesk, Word
from rollcall.actions.polls import Wanted, close_poll, create_poll, open_poll
from rollcall.actions.quiz_attempts import Taker
from rollcall.actions.quizzes import Place
from rollcall.actions.statistics import Ask
from rollcall.domain.ids import MediaNo, ProjectNo, SessionId, UserId
from rollcall.domain.polls import Ballot, Rule
from rollcall.store.database import Database
from rollcall.wire import viewer_in
from tests.actions.statistics.reading import NOW_MS, T0, fill, row
from tests.history import Records
from tests.reports import read_report

NAMED = Rule(anonymous=False, changeable=True, show="never")
ANONYMOUS = Rule(anonymous=True, changeable=False, show="never")


class Halls:
    """Two halls of an event, each with a named and an anonymous poll."""

    def __init__(self, database: Database) -> None:
        self.db = database
        self.records, self.halls = fill(database, self._rows)
        self.codes = [self.records.codes[hall] for hall in self.halls]
        self.polls: list[str] = []

    def _rows(self, r: Records) -> list[int]:
        halls = [r.media(title=f"Зал {n}") for n in (1, 2)]
        self.sessions = [r.session(hall, T0, T0 + 600_000) for hall in halls]
        for hall in halls:
            members = r.list_of(hall)
            for person in ("7", "8"):
                r.participant(members, f"{person}|{r.codes[hall]}")
        r.judged(join_users_by="id_without_code")
        return halls

    def at(self, hall: int) -> Place:
        return Place(ProjectNo(self.records.project_no), self.codes[hall], "test", T0)

    async def ask(self, hall: int, rule: Rule) -> str:
        poll = await create_poll(
            self.db, self.at(hall), Wanted(Ballot("Да?", ("да", "нет", "может"), 2), rule)
        )
        await open_poll(self.db, self.at(hall), poll)
        return poll

    async def vote(
        self, hall: int, poll: str, person: str, *choices: int, at_s: int = 1, turn: int = 1
    ) -> None:
        user = UserId(person if "|" in person else f"{person}|{self.codes[hall]}")
        said = viewer_in.PollVote(poll, turn, list(choices))
        word = Word(Taker(MediaNo(self.halls[hall]), user, "signed"), said, T0 + at_s * 1000)
        await PollDesk(self.db).take(word)


@pytest.fixture
def halls(database: Database) -> Halls:
    return Halls(database)


def brief(report: Any) -> list[list[Any]]:
    return [
        [poll["id"], poll["votes"], poll["votes_counted"], *(choice["votes"] for choice in poll["choices"])]
        for poll in report["polls"]
    ]


async def test_a_report_tells_counts_of_all_and_votes_of_named_polls(halls: Halls) -> None:
    named, hidden = await halls.ask(0, NAMED), await halls.ask(0, ANONYMOUS)
    await create_poll(halls.db, halls.at(0), Wanted(Ballot("Позже?", ("да", "нет"), 1), NAMED))
    await halls.vote(0, named, "7", 2, 0)
    await halls.vote(0, named, "8", 1, at_s=2)
    await halls.vote(0, named, "8", 2, at_s=3, turn=2)
    for person in ("7", "8", "a|a", "b|b", "c|c", "d|d"):
        await halls.vote(0, hidden, person, 1)
    told = read_report(halls.db, halls.codes[0], NOW_MS)
    assert brief(told) == [[named, 2, 2, 1, 0, 2], [hidden, 6, 0, 0, 0, 0]]
    assert told["polls"][0] == {
        "id": named, "question": "Да?", "anonymous": False, "max_choices": 2, "opened_at": "2026-03-01T09:00:00.000Z",
        "closed_at": None, "votes": 2, "votes_counted": 2,
        "choices": [{"text": "да", "votes": 1}, {"text": "нет", "votes": 0}, {"text": "может", "votes": 2}],
    }  # fmt: skip
    seven, eight = (row(told, f"{person}|{halls.codes[0]}")["polls"] for person in "78")
    assert seven == [{"poll_id": named, "chosen": ["да", "может"], "voted_at": "2026-03-01T09:00:01.000Z"}]
    assert eight == [{"poll_id": named, "chosen": ["может"], "voted_at": "2026-03-01T09:00:03.000Z"}]
    assert hidden not in str(told["participants"])
    await close_poll(halls.db, halls.at(0), hidden)
    assert brief(read_report(halls.db, halls.codes[0], NOW_MS))[1] == [hidden, 6, 6, 0, 6, 0]


async def test_one_row_of_an_event_has_the_votes_of_all_its_user_ids_and_counts_are_of_everybody(
    halls: Halls,
) -> None:
    first, second = await halls.ask(1, NAMED), await halls.ask(0, NAMED)
    await halls.vote(1, first, "7", 0)
    await halls.vote(0, second, "7", 1)
    await halls.vote(0, second, "8", 2)
    told = read_report(halls.db, halls.records.event, NOW_MS)
    assert [poll["media"] for poll in told["polls"]] == halls.codes
    assert brief(told) == [[second, 2, 2, 0, 1, 1], [first, 1, 1, 1, 0, 0]]
    assert [[vote["poll_id"], *vote["chosen"]] for vote in row(told, "7")["polls"]] == [
        [second, "нет"], [first, "да"],
    ]  # fmt: skip
    one = read_report(halls.db, halls.records.event, NOW_MS, Ask(user_id=UserId("8")))
    assert brief(one) == brief(told)
    assert one["participants"][0]["polls"] == row(told, "8")["polls"]
    session = halls.sessions[1]
    part = read_report(halls.db, halls.records.event, NOW_MS, Ask(session_id=SessionId(session)))
    assert brief(part) == [[first, 1, 1, 1, 0, 0]]


async def test_rows_have_no_votes_where_nobodys_choice_is_known(halls: Halls) -> None:
    hidden = await halls.ask(0, ANONYMOUS)
    await halls.vote(0, hidden, "7", 1)
    told = read_report(halls.db, halls.codes[0], NOW_MS)
    assert brief(told) == [[hidden, 1, 0, 0, 0, 0]]
    assert not [person for person in told["participants"] if "polls" in person]
