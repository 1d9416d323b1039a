"""The bulk write of evidence: one group of plays with their changed spans and new marks, in one transaction.

The one place with SQL per engine, because every acknowledgement waits for it. A play whose generation has moved on
is left out whole and reported: somebody else holds it now.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.evidence.spans import Span
from rollcall.domain.ids import EventNo, MediaNo, PlayNo, ProjectNo, UserId


@dataclass(frozen=True, slots=True)
class PlayGroup:
    """What one play brings to a group commit; `state` is the encoded step state after `applied`.

    `since_ms`: from when the time is that it brings; None = it brings none.
    """

    no: PlayNo
    generation: int
    project_no: ProjectNo
    event_no: EventNo
    media_no: MediaNo
    user_id: UserId
    applied: int
    rejected: int
    lost: int
    state: bytes
    last_arrival_ms: int
    connected_ms: int | None
    since_ms: int | None
    spans: Sequence[Span]
    marks: Sequence[MarkRow]


_HELD_SQLITE: Final = (
    "SELECT plays.no FROM json_each(?) AS mine JOIN plays ON plays.no = json_extract(mine.value, '$[0]')"
    " AND plays.generation = json_extract(mine.value, '$[1]')"
)
_HELD_POSTGRESQL: Final = (
    "SELECT plays.no FROM plays JOIN unnest(%s::bigint[], %s::int[]) AS mine (no, generation)"
    " ON plays.no = mine.no AND plays.generation = mine.generation ORDER BY plays.no FOR UPDATE OF plays"
)
_PLAY: Final = (
    "UPDATE plays SET applied = ?, rejected = ?, lost = ?, state = ?, last_arrival_ms = ?, connected_ms = ?"
    " WHERE no = ? AND generation = ?"
)
_SPAN: Final = (
    "INSERT INTO spans (play_no, ordinal, project_no, event_no, media_no, epoch, state, visible, muted, rate, late,"
    " unverified, first_seq, last_seq, player_from_ms, player_to_ms, content_from_ms, content_to_ms, start_ms,"
    " end_ms, first_arrival_ms, last_arrival_ms, bound_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (play_no, ordinal) DO UPDATE SET last_seq = excluded.last_seq,"
    " player_to_ms = excluded.player_to_ms, content_to_ms = excluded.content_to_ms, end_ms = excluded.end_ms,"
    " last_arrival_ms = excluded.last_arrival_ms, bound_ms = excluded.bound_ms"
)
_MARK: Final = (
    "INSERT INTO marks (play_no, seq, project_no, event_no, media_no, user_id, mark, check_code, at_ms, arrival_ms,"
    " bound_ms, visible, trusted, answer, issued_ms, pointer)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (play_no, seq) DO NOTHING"
)
_STAMP: Final = "UPDATE installation SET last_commit_ms = ? WHERE last_commit_ms < ?"


def write_group(conn: Connection, group: Sequence[PlayGroup], now_ms: int) -> set[PlayNo]:
    """Write the group and return the plays that are still held by the caller; the others were not written."""
    held = _held(conn, group)
    mine = [play for play in group if play.no in held]
    _many(conn, _PLAY, [_play_values(play) for play in mine])
    _many(conn, _SPAN, [_span_values(play, span) for play in mine for span in play.spans])
    _many(conn, _MARK, [_mark_values(mark) for play in mine for mark in play.marks])
    _many(conn, _STAMP, [(now_ms, now_ms)])
    return held


def _held(conn: Connection, group: Sequence[PlayGroup]) -> set[PlayNo]:
    if conn.dialect.name == "sqlite":
        mine = json.dumps([(play.no, play.generation) for play in group])
        rows = conn.exec_driver_sql(_HELD_SQLITE, (mine,))
    else:
        numbers, generations = [play.no for play in group], [play.generation for play in group]
        rows = conn.exec_driver_sql(_HELD_POSTGRESQL, (numbers, generations))
    return {PlayNo(no) for (no,) in rows}


def _many(conn: Connection, sql: str, rows: list[tuple[object, ...]]) -> None:
    if rows:
        statement = sql if conn.dialect.name == "sqlite" else sql.replace("?", "%s")
        conn.exec_driver_sql(statement, rows)


def _play_values(play: PlayGroup) -> tuple[object, ...]:
    return (
        play.applied,
        play.rejected,
        play.lost,
        play.state,
        play.last_arrival_ms,
        play.connected_ms,
        play.no,
        play.generation,
    )


def _span_values(play: PlayGroup, span: Span) -> tuple[object, ...]:
    return (
        play.no,
        span.ordinal,
        play.project_no,
        play.event_no,
        play.media_no,
        span.epoch,
        span.state,
        span.visible,
        span.muted,
        span.rate,
        span.late,
        span.unverified,
        span.first_seq,
        span.last_seq,
        span.player_from_ms,
        span.player_to_ms,
        span.content_from_ms,
        span.content_to_ms,
        span.start_ms,
        span.end_ms,
        span.first_arrival_ms,
        span.last_arrival_ms,
        span.bound_ms,
    )


def _mark_values(mark: MarkRow) -> tuple[object, ...]:
    return (
        mark.play_no,
        mark.seq,
        mark.project_no,
        mark.event_no,
        mark.media_no,
        mark.user_id,
        mark.mark,
        mark.check,
        mark.at_ms,
        mark.arrival_ms,
        mark.bound_ms,
        mark.visible,
        mark.trusted,
        mark.answer,
        mark.issued_ms,
        mark.pointer,
    )
