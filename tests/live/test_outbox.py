"""What waits for a polled player of quizzes and polls: the latest of each kind, and nothing that another replaces."""

from rollcall.live.outbox import Outbox
from rollcall.wire.aside_out import Aside
from rollcall.wire.poll_out import PollCount, PollMine, PollResults, PollState, PollVoted
from rollcall.wire.quiz_out import Quiz, QuizAttempt, QuizAttempts, QuizGiven, QuizSaved
from rollcall.wire.viewer_out import ViewerOut


def quiz(state: str, mine: QuizAttempts | None = None, name: str = "QUIZ2345") -> Quiz:
    return Quiz(name, state, "Зачёт", None, 1, 70, "never", None, mine)  # type: ignore[arg-type]


def attempt(left_ms: int, name: str = "TRY23456") -> QuizAttempt:
    return QuizAttempt("QUIZ2345", name, 1, 0, 60_000, left_ms, ["Q2345678"], [])


def saved(turn: int, question: str = "Q2345678") -> QuizSaved:
    return QuizSaved("QUIZ2345", "TRY23456", QuizGiven(question, turn, (0,)))


def test_only_the_latest_of_what_replaces_is_kept() -> None:
    outbox = Outbox()
    own = quiz("open", QuizAttempts(1, running=True))
    put: list[ViewerOut] = [own, quiz("open"), quiz("closed"), quiz("open", name="OTHER234")]
    put += [attempt(9), attempt(8), attempt(7, "OTHER234"), saved(1), saved(2), saved(1, "OTHER234")]
    for message in put:
        outbox.put(message)
    assert outbox.take() == [
        own, quiz("closed"), quiz("open", name="OTHER234"), attempt(8), attempt(7, "OTHER234"), saved(2),
        saved(1, "OTHER234"),
    ]  # fmt: skip
    assert outbox.has_lasting()


def poll(state: str, mine: PollMine | None = None, name: str = "POLL2345") -> PollState:
    choices = ("да", "нет")
    shown = {"anonymous": False, "changeable": True, "show_results": "live", "mine": mine}
    return PollState(name, state, "Слышно?", choices, 1, **shown)  # type: ignore[arg-type]


def test_of_polls_and_of_what_stands_beside_only_the_latest_is_kept() -> None:
    outbox = Outbox()
    own = poll("open", PollMine(voted=True, choices=(0,), turn=1))
    counts = [
        PollResults(name, PollCount(n, n, (n, 0))) for n, name in ((1, "POLL2345"), (2, "POLL2345"), (3, "O"))
    ]
    voted = [PollVoted("POLL2345", turn, (0,), None) for turn in (1, 2)]
    asides = [Aside([], None, []), Aside([], None, [])]
    put: list[ViewerOut] = [
        own,
        poll("open"),
        poll("closed"),
        poll("open", name="O"),
        *counts,
        *voted,
        *asides,
    ]
    for message in put:
        outbox.put(message)
    assert outbox.take() == [
        own, poll("closed"), poll("open", name="O"), counts[1], counts[2], voted[1], asides[1],
    ]  # fmt: skip
