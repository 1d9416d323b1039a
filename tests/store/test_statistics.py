"""The queries of a report: one moment for all of them, one project only, and what earns."""

import threading
from typing import Any

from rollcall.domain.ids import CheckNo, EventNo, MediaNo, ProjectNo, UserId
from rollcall.store import attendance, judging, statistics
from rollcall.store.attendance import BEHIND, HIDDEN, MUTED, PAUSED, STALLED, WEAK
from rollcall.store.database import Connection, Database
from rollcall.store.progress import live_playing_of
from tests.history import Records


def test_every_query_of_a_report_sees_one_moment(database: Database) -> None:
    """A row committed by somebody else between two queries is not seen by the second."""
    records, hall = database.write_now(lambda c: (r := Records(c), MediaNo(r.media())))
    project_no = ProjectNo(records.project_no)

    def committed_meanwhile() -> None:
        def add(connection: Connection) -> None:
            records.connection = connection
            records.session(hall, 0, 1000)

        writer = threading.Thread(target=database.write_now, args=[add])
        writer.start()
        writer.join()

    def read(connection: Connection) -> tuple[int, int]:
        statistics.freeze(connection)
        before = len(statistics.sessions(connection, project_no, [hall]))
        committed_meanwhile()
        return before, len(statistics.sessions(connection, project_no, [hall]))

    assert database.read_now(read) == (0, 0)
    assert database.read_now(lambda c: len(statistics.sessions(c, project_no, [hall]))) == 1


def test_spans_are_read_with_what_is_remarkable_about_them_and_in_milliseconds(database: Database) -> None:
    t0 = 1_772_355_600_001

    def rows(r: Records) -> tuple[int, int]:
        hall = r.media()
        play, other = r.play(hall, "anna"), r.play(hall, "boris")
        r.span(hall, play, 1, 0, 10)
        r.span(hall, play, 2, 10, 20, state="paused", late=True)
        r.span(hall, play, 3, 20, 30, unverified=True, visible=False)
        r.span(hall, play, 4, t0, t0 + 1, late=True)
        r.span(hall, play, 5, t0 + 5, t0 + 9, muted=True, content_from_ms=t0 - 6, content_to_ms=t0 - 2)
        r.span(hall, play, 6, t0 + 9, t0 + 20, content_from_ms=t0 - 2, content_to_ms=t0 + 10)
        r.span(hall, play, 7, t0 + 20, t0 + 21, state="stalled")
        r.span(hall, play, 8, t0 + 21, t0 + 22, state="seeking")
        r.span(hall, other, 1, 5, 6)
        return play, r.project_no

    play, project_no = database.write_now(lambda c: rows(Records(c)))
    found = database.read_now(lambda c: attendance.spans(c, ProjectNo(project_no), [play], 10))
    assert found.tolist() == [
        [play, 0, 0, 10],
        [play, PAUSED + WEAK, 10, 20],
        [play, WEAK + HIDDEN, 20, 30],
        [play, WEAK, t0, t0 + 1],
        [play, MUTED + BEHIND, t0 + 5, t0 + 9],
        [play, 0, t0 + 9, t0 + 20],
        [play, STALLED, t0 + 20, t0 + 21],
    ]
    assert database.read_now(lambda c: attendance.spans(c, ProjectNo(project_no), [], 10)).tolist() == []


def test_another_project_reads_nothing_even_with_right_numbers(database: Database) -> None:
    def rows(r: Records) -> tuple[Records, int, int, int, int]:
        hall = r.media()
        r.participant(r.list_of(hall), "anna")
        play = r.play(hall, "anna")
        r.span(hall, play, 1, 0, 10)
        r.session(hall, 0, 100)
        check = r.check(hall, 5)
        r.prompt(hall, check, "anna", "missed", 5)
        r.prompt(hall, check, "boris", "undelivered", 5, unshown=True)
        r.returned(hall, play, "anna", 7, check=r.check_code(check))
        r.review(hall, "anna", 0, 10)
        return r, hall, play, check, Records(r.connection).project_no

    r, hall, play, check, stranger = database.write_now(lambda c: rows(Records(c)))

    def sizes(connection: Connection, project: int) -> list[int]:
        project_no, media, anna = ProjectNo(project), [MediaNo(hall)], UserId("anna")
        found: list[Any] = [
            statistics.sessions(connection, project_no, media),
            statistics.issued_checks(connection, project_no, media),
            statistics.media_of_event(connection, project_no, EventNo(r.event_no)),
            attendance.listed(connection, project_no, media, None).user_id,
            attendance.plays(connection, project_no, media, None).user_id,
            list(attendance.granted(connection, project_no, media, None)),
            attendance.origins(connection, project_no, media, None).ip,
            attendance.spans(connection, project_no, [play], 0).tolist(),
            list(attendance.prompts(connection, project_no, [CheckNo(check)], anna)),
            live_playing_of(connection, project_no, media[0], anna),
            list(judging.spans_of(connection, project_no, media, [anna])),
            list(judging.prompts_of(connection, project_no, media, [anna])),
            list(judging.returns_of(connection, project_no, media, [anna])),
            list(judging.reviews_of(connection, project_no, media, [anna])),
            list(judging.who_missed(connection, project_no, media)),
            list(judging.who_hid_prompts(connection, project_no, media)),
        ]
        return [len(rows) for rows in found]

    assert database.read_now(lambda c: sizes(c, r.project_no)) == [1] * 16
    assert database.read_now(lambda c: sizes(c, stranger)) == [0] * 16
    assert database.read_now(lambda c: statistics.find_media(c, ProjectNo(stranger), r.codes[hall])) is None
    assert database.read_now(lambda c: statistics.find_event(c, ProjectNo(stranger), r.event)) is None


def test_removed_sessions_and_checks_not_yet_issued_are_left_out(database: Database) -> None:
    def rows(r: Records) -> tuple[int, int, str, int]:
        hall = r.media()
        r.session(hall, 0, 100, removed_ms=50)
        kept = r.session(hall, 100, 200)
        r.check(hall, None, state="planned")
        return r.project_no, hall, kept, r.check(hall, 150)

    project_no, hall, kept, issued = database.write_now(lambda c: rows(Records(c)))
    media = [MediaNo(hall)]
    found = database.read_now(
        lambda c: (
            [s.code for s in statistics.sessions(c, ProjectNo(project_no), media)],
            [check.no for check in statistics.issued_checks(c, ProjectNo(project_no), media)],
        )
    )
    assert found == ([kept], [issued])


def test_users_are_counted_over_lists_and_plays_together_to_one_more_than_asked(database: Database) -> None:
    def rows(r: Records) -> tuple[int, list[int]]:
        hall, other = r.media(), r.media()
        r.participant(r.list_of(hall), "anna")
        r.play(hall, "anna")
        r.play(hall, "boris")
        r.play(other, "clara")
        return r.project_no, [hall, other]

    project_no, (hall, other) = database.write_now(lambda c: rows(Records(c)))

    def count(most: int, *media: int) -> int:
        nos = [MediaNo(no) for no in media]
        return database.read_now(lambda c: attendance.count_users(c, ProjectNo(project_no), nos, most))

    assert [count(most, hall) for most in (0, 1, 2, 3)] == [1, 2, 2, 2]
    assert [count(most, hall, other) for most in (2, 3)] == [3, 3]
    assert count(0) == 0
