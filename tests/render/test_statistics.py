"""JSON and XML tell the same, every XML validates against the served schema, and no text breaks either."""

from collections.abc import Callable
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from rollcall.render.statistics_json import json_chunks
from rollcall.render.statistics_xml import schema, xml_chunks
from rollcall.wire.statistics import (
    Check,
    Event,
    Media,
    Outage,
    Participant,
    ParticipantCheck,
    ParticipantFlag,
    ParticipantMedia,
    ParticipantPoll,
    ParticipantQuiz,
    ParticipantSession,
    Poll,
    PollChoice,
    Quiz,
    Report,
    Rules,
    Session,
)

XSD = etree.XMLSchema(etree.fromstring(schema()))
NUMBERS = {
    "count",
    "ordinal",
    "lifetime_s",
    "confirmed",
    "missed",
    "undelivered",
    "not_present",
    "checks_confirmed",
    "checks_missed",
    "late_percent",
    "step_percent",
    "unshown_prompts",
    "attempts",
    "attempts_allowed",
    "max_points",
    "participants",
    "participants_passed",
    "participants_pending",
    "pass_percent",
    "max_choices",
    "votes",
    "votes_counted",
}
EXACT = {"points", "percent"}
FLAGS = {"sound", "late", "hidden_counts", "behind_counts", "passed", "anonymous"}
LISTS = {"sessions", "checks", "participants", "per_media", "flags", "outages", "quizzes", "polls", "choices"}

times = st.sampled_from(["2026-03-01T09:00:00.000Z", "2026-12-31T23:59:59.999Z"])
maybe = st.none() | times
amounts = st.integers(0, 2**53)
some = st.integers(1, 10**6)
exact = st.integers(0, 2_000_000).map(lambda hundredths: hundredths / 100)
legal = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=20)
media = st.builds(Media, legal, legal, legal, legal, legal)


@st.composite
def reports(draw: st.DrawFn, texts: st.SearchStrategy[str] = legal) -> Report:
    of_event: bool = draw(st.booleans())
    seen: bool = draw(st.booleans())
    extra: dict[str, Any] = {"media": texts} if of_event else {}
    rows: dict[str, Any] = {"per_media": st.lists(st.builds(ParticipantMedia, texts, amounts), max_size=2)}
    rows = rows if of_event else {}
    # At least one: a list of no texts looks in XML as if it had not been asked for.
    rows |= (
        {"ip": st.lists(texts, min_size=1, max_size=3), "user_agent": st.lists(texts, min_size=1)}
        if seen
        else {}
    )
    quizzes = draw(
        st.lists(
            st.builds(
                Quiz, texts, texts, maybe, maybe, st.none() | some, amounts, st.none() | amounts, amounts, amounts,
                amounts, **extra,
            ),
            max_size=2,
            unique_by=lambda quiz: quiz.id,
        )
    )  # fmt: skip
    if quizzes:
        ids = st.sampled_from([quiz.id for quiz in quizzes])
        passed = st.none() | st.booleans()
        taken = st.builds(ParticipantQuiz, ids, some, exact, amounts, exact, passed, maybe)
        rows["quizzes"] = st.lists(taken, max_size=2, unique_by=lambda quiz: quiz.quiz_id)
    polls = draw(
        st.lists(
            st.builds(
                Poll, texts, texts, st.booleans(), some, maybe, maybe, amounts, amounts,
                st.lists(st.builds(PollChoice, texts, amounts), min_size=1, max_size=3), **extra,
            ),
            max_size=2,
            unique_by=lambda poll: poll.id,
        )
    )  # fmt: skip
    if polls:
        chosen = st.lists(texts, min_size=1, max_size=2)
        votes = st.builds(ParticipantPoll, st.sampled_from([poll.id for poll in polls]), chosen, times)
        rows["polls"] = st.lists(votes, max_size=2, unique_by=lambda vote: vote.poll_id)
    session = st.builds(ParticipantSession, texts, *[amounts] * 6)
    outage = st.builds(Outage, times, times, st.sampled_from(["down", "incident"]), st.none() | texts)
    outcome = st.sampled_from(["confirmed", "missed", "not_present", "pending"])
    check = st.builds(ParticipantCheck, texts, st.none() | texts, outcome, st.booleans(), maybe, maybe, maybe)
    flag = st.builds(ParticipantFlag, texts, amounts, times, times)
    policies = st.sampled_from(["record", "stop_until_confirmed"])
    event = st.builds(Event, texts, texts, texts, st.lists(media, max_size=2))
    head: Event | Media = draw(event) if of_event else draw(media)
    return Report(
        head=head,
        generated_at=draw(times),
        sessions=draw(
            st.lists(st.builds(Session, texts, texts, maybe, maybe, amounts, **extra), max_size=3)
        ),
        checks=draw(
            st.lists(
                st.builds(
                    Check, texts, st.none() | texts, texts, amounts, times, times, amounts, st.booleans(),
                    amounts, amounts, amounts, amounts, **extra,
                ),
                max_size=3,
            )
        ),
        participants=draw(
            st.lists(
                st.builds(
                    Participant, texts, st.none() | texts, st.sampled_from(["signed", "plain"]), amounts, amounts,
                    maybe, maybe, maybe, st.lists(session, max_size=3), st.lists(check, max_size=3),
                    st.lists(flag, max_size=2), *[amounts] * 9, **rows,
                ),
                max_size=4,
            )
        ),
        outages=draw(st.lists(outage, max_size=2)),
        quizzes=quizzes,
        polls=polls,
        rules=draw(st.none() | st.builds(Rules, policies, st.booleans(), st.booleans(), *[amounts] * 7)),
    )  # fmt: skip


def as_json(report: Report) -> Any:
    return msgspec.json.decode(b"".join(json_chunks(report)))


def as_xml(report: Report) -> etree._Element:
    return etree.fromstring(b"".join(xml_chunks(report)))


def back(element: etree._Element) -> Any:
    """Return an XML element as the JSON it stands for, nulls left out."""
    values: dict[str, Any] = {
        str(name): scalar(str(name), str(text)) for name, text in element.attrib.items()
    }
    for child in element:
        if child.tag in ("ip", "user_agent", "chosen"):
            values.setdefault(child.tag, []).append(child.text or "")
        elif child.tag in LISTS or (element.tag, child.tag) == ("event", "media"):
            values[child.tag] = [back(item) for item in child]
        else:
            values[child.tag] = back(child)
    return values


def scalar(name: str, text: str) -> Any:
    if name in FLAGS:
        return {"true": True, "false": False}[text]
    if name in EXACT:
        return float(text)
    return int(text) if name in NUMBERS or name.endswith("_ms") else text


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(item) for name, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


@given(reports())
def test_xml_says_what_json_says_and_validates(report: Report) -> None:
    element = as_xml(report)
    XSD.assertValid(element)
    assert back(element) == without_nulls(as_json(report))


@given(reports(st.text(st.characters(exclude_categories=["Cs"]), max_size=12)))
def test_no_text_breaks_the_xml_and_the_schema(report: Report) -> None:
    element = as_xml(report)
    XSD.assertValid(element)
    keep_numbers = numbers(back(element))
    assert keep_numbers == numbers(without_nulls(as_json(report)))


def numbers(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [found for name in sorted(value) for found in numbers(value[name])]
    if isinstance(value, list):
        return [found for item in value for found in numbers(item)]
    return [value] if isinstance(value, int | float) else []


def participant(user_id: str, name: str | None = None) -> Participant:
    return Participant(user_id, name, "signed", 0, 0, None, None, None, [], [])


def report_of(participants: list[Participant]) -> Report:
    return Report(Media("c", "e", "t", "live", "UTC"), "2026-03-01T09:00:00.000Z", [], [], participants)


def test_what_xml_cannot_carry_becomes_a_replacement_character() -> None:
    element = as_xml(report_of([participant("a\x00b\x1f\ufffe\ud800c", 'tab\t line\n "quoted" <&> 💡 نص')]))
    found = element.find("participants/participant")
    assert found is not None
    assert (found.get("user_id"), found.get("name"), found.get("watched_ms")) == (
        "a\ufffdb\ufffd\ufffd\ufffdc",
        'tab\t line\n "quoted" <&> 💡 نص',
        "0",
    )


def test_a_report_without_rows_is_complete() -> None:
    assert as_json(report_of([]))["participants"] == []
    XSD.assertValid(as_xml(report_of([])))


def test_unknown_attributes_and_elements_validate_but_wrong_numbers_do_not() -> None:
    element = as_xml(report_of([participant("a")]))
    found = element.find("participants/participant")
    assert found is not None
    found.set("decision", "credited")
    etree.SubElement(found, "badges").set("count", "2")
    quizzes = etree.SubElement(found, "quizzes")
    etree.SubElement(quizzes, "quiz", quiz_id="a", points="66.66", percent="0.01", grade="B")
    etree.SubElement(element, "seal")
    XSD.assertValid(element)
    for wrong in ({"points": "66.666"}, {"percent": "-1.0"}, {"attempts": "0"}, {"passed": "perhaps"}):
        etree.SubElement(quizzes, "quiz", wrong)
        assert not XSD.validate(element), wrong
        quizzes.remove(quizzes[-1])
    XSD.assertValid(element)
    etree.SubElement(quizzes, "quiz", quiz_id="a")
    assert not XSD.validate(element)
    found.remove(quizzes)
    polls = etree.SubElement(found, "polls")
    etree.SubElement(polls, "poll", poll_id="a", voted_at="2026-03-01T09:00:00.000Z", colour="red")
    XSD.assertValid(element)
    for wrong in ({"votes": "-1"}, {"anonymous": "perhaps"}, {"voted_at": "вчера"}, {"poll_id": "a"}):
        etree.SubElement(polls, "poll", wrong)
        assert not XSD.validate(element), wrong
        polls.remove(polls[-1])
    found.remove(polls)
    found.set("watched_ms", "-1")
    assert not XSD.validate(element)


def test_rows_are_written_while_they_are_made() -> None:
    for chunks in (json_chunks, xml_chunks):
        made, largest = stream(chunks, 5_000)
        assert made == 5_000
        assert largest < 200_000


def stream(chunks: Callable[[Report], Any], rows: int) -> tuple[int, int]:
    """Return how many rows were made and the largest piece; a piece may not wait for many rows."""
    made = 0

    def produce() -> Any:
        nonlocal made
        for number in range(rows):
            made += 1
            yield participant(f"user-{number}", "A name of usual length")

    report = Report(Media("c", "e", "t", "live", "UTC"), "2026-03-01T09:00:00.000Z", [], [], produce())
    largest, before = 0, 0
    for piece in chunks(report):
        assert made - before <= 500
        largest, before = max(largest, len(piece)), made
    return made, largest
