"""The queries of a report: one moment for all of them, one project only, and what earns."""

import threading
from typing import Any

from rollcall.domain.ids import CheckNo, EventNo, MediaNo, ProjectNo, UserId
from rollcall.store import attendance, progress, statistics
from rollcall.store.database import Connection, Database
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


def test_only_verified_playing_is_read_and_in_milliseconds(database: Database) -> None:
    def rows(r: Records) -> tuple[int, int, int]:
        hall = r.media()
        play, other = r.play(hall, "anna"), r.play(hall, "boris")
        r.span(hall, play, 1, 0, 10)
        r.span(hall, play, 2, 10, 20, state="paused")
        r.span(hall, play, 3, 20, 30, unverified=True)
        r.span(hall, play, 4, 1_772_355_600_001, 1_772_355_600_002, late=True)
        r.span(hall, other, 1, 5, 6)
        return hall, play, r.project_no

    hall, play, project_no = database.write_now(lambda c: rows(Records(c)))
    found = database.read_now(lambda c: attendance.playing(c, ProjectNo(project_no), [play]))
    assert found.tolist() == [[play, 0, 10], [play, 1_772_355_600_001, 1_772_355_600_002]]
    mine = database.read_now(
        lambda c: progress.playing_of(c, ProjectNo(project_no), MediaNo(hall), UserId("anna"))
    )
    assert mine == [(0, 10), (1_772_355_600_001, 1_772_355_600_002)]
    assert database.read_now(lambda c: attendance.playing(c, ProjectNo(project_no), [])).tolist() == []


def test_another_project_reads_nothing_even_with_right_numbers(database: Database) -> None:
    def rows(r: Records) -> tuple[Records, int, int, int, int]:
        hall = r.media()
        r.participant(r.list_of(hall), "anna")
        play = r.play(hall, "anna")
        r.span(hall, play, 1, 0, 10)
        r.session(hall, 0, 100)
        check = r.check(hall, 5)
        r.prompt(hall, check, "anna", "confirmed", 5)
        return r, hall, play, check, Records(r.connection).project_no

    r, hall, play, check, stranger = database.write_now(lambda c: rows(Records(c)))

    def sizes(connection: Connection, project: int) -> list[int]:
        project_no, media = ProjectNo(project), [MediaNo(hall)]
        found: list[Any] = [
            statistics.sessions(connection, project_no, media),
            statistics.issued_checks(connection, project_no, media),
            statistics.media_of_event(connection, project_no, EventNo(r.event_no)),
            attendance.listed(connection, project_no, media, None).user_id,
            attendance.plays(connection, project_no, media, None).user_id,
            list(attendance.granted(connection, project_no, media, None)),
            attendance.origins(connection, project_no, media, None).ip,
            attendance.playing(connection, project_no, [play]).tolist(),
            list(attendance.prompts(connection, project_no, [CheckNo(check)], None)),
            progress.playing_of(connection, project_no, media[0], UserId("anna")),
            progress.asked_of(connection, project_no, media[0], UserId("anna")),
        ]
        return [len(rows) for rows in found]

    assert database.read_now(lambda c: sizes(c, r.project_no)) == [1] * 11
    assert database.read_now(lambda c: sizes(c, stranger)) == [0] * 11
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
