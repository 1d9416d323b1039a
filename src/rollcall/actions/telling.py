"""What webhooks are told: notices are written in the transaction that makes them true.

Answers and refusals are noted where they happen. Media, sessions and checks keep in their own rows what was told of
them, and `note_changes` tells what differs: so a change that only the hour brings is told too, and none twice. Where
no webhook wants a notice there is no row.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

from rollcall.base.secrets import new_code
from rollcall.domain.broadcast import State, state_at
from rollcall.domain.ids import MediaNo, ProjectNo
from rollcall.domain.webhooks import changes
from rollcall.domain.webhooks.kinds import Kind
from rollcall.store import notices, untold
from rollcall.store.check_counts import count_outcomes
from rollcall.store.database import Connection, Database
from rollcall.store.media import Media
from rollcall.store.notices import NewNotice
from rollcall.store.prompts import Asked, Ended
from rollcall.store.untold import MediaNamed, UntoldCheck, UntoldMedia, UntoldSession
from rollcall.store.webhooks import active_webhooks
from rollcall.wire import notices as wire
from rollcall.wire.api.values import rfc3339, rfc3339_or_none

CODE_LENGTH = 20
ROWS_AT_ONCE = 500
ANSWERS_AT_ONCE = 500
REFUSALS_A_MINUTE = 60  # of a project: strangers who knock without end are not told one by one


class Happened(NamedTuple):
    """One thing to tell of a media."""

    of: MediaNamed
    kind: Kind
    at_ms: int
    data: msgspec.Struct


def has_changes(conn: Connection, now_ms: int) -> bool:
    """Tell whether `note_changes` would do anything."""
    return untold.has_untold(conn, now_ms)


def note_changes(conn: Connection, now_ms: int) -> None:
    """Note what has changed since it was told last, and that it is told."""
    of_media = [(row, _state(row, now_ms)) for row in untold.hold_media(conn, now_ms, ROWS_AT_ONCE)]
    of_sessions = [
        (row, _session_state(row, now_ms)) for row in untold.hold_sessions(conn, now_ms, ROWS_AT_ONCE)
    ]
    of_checks = untold.hold_checks(conn, ROWS_AT_ONCE)
    happened = [one for row, state in of_media for one in _of_media(row, state, now_ms)]
    happened += [one for row, state in of_sessions for one in _of_session(row, state, now_ms)]
    happened += _of_checks(conn, of_checks, now_ms)
    _note(conn, sorted(happened, key=lambda one: one.at_ms))
    untold.told_media(conn, of_media)
    untold.told_sessions(conn, of_sessions)
    untold.told_checks(conn, of_checks)


def note_answers(conn: Connection, changed: Iterable[tuple[Asked, Ended]], now_ms: int) -> None:
    """Note the presences that are confirmed by these changes, in their transaction: one notice for each media."""
    by_media: dict[tuple[ProjectNo, MediaNo], list[wire.Answer]] = {}
    for prompt, became in changed:
        if became.state == "confirmed" and prompt.state != "confirmed" and prompt.confirmed_ms is None:
            by_media.setdefault((prompt.project_no, prompt.media_no), []).append(_answer(prompt, became))
    if not by_media:
        return
    wanting = _wanting(conn, {project_no for project_no, _ in by_media}, "check.answered")
    wanted = {media_no: found for (project_no, media_no), found in by_media.items() if project_no in wanting}
    if wanted:
        _note(conn, list(_answered(untold.media_named(conn, wanted), wanted, now_ms)))


def _answered(
    named: Mapping[MediaNo, MediaNamed], answers: Mapping[MediaNo, Sequence[wire.Answer]], now_ms: int
) -> Iterator[Happened]:
    for no, of in named.items():
        for start in range(0, len(answers[no]), ANSWERS_AT_ONCE):
            some = list(answers[no][start : start + ANSWERS_AT_ONCE])
            yield Happened(of, "check.answered", now_ms, wire.AnswersTold(_media(of), some))


async def tell_refusal(
    db: Database, media: Media, user_id: str, identity: Literal["signed", "plain"], code: str, now_ms: int
) -> None:
    """Note that somebody was refused, up to `REFUSALS_A_MINUTE`; reads only where no webhook wants to know."""
    kind: Kind = "participant.refused"

    def may_tell(conn: Connection) -> bool:
        wanted = media.project_no in _wanting(conn, {media.project_no}, kind)
        since_ms = now_ms - 60_000
        return wanted and notices.count_since(conn, media.project_no, kind, since_ms) < REFUSALS_A_MINUTE

    def tell(conn: Connection) -> None:
        of = MediaNamed(media.no, media.project_no, media.code, media.title, media.event_code)
        said = wire.RefusalTold(_media(of), user_id, identity, code)
        _note(conn, [Happened(of, kind, now_ms, said)])

    if await db.read(may_tell):
        await db.write(tell)


def _note(conn: Connection, happened: Iterable[Happened]) -> None:
    """Write a notice of everything that a webhook wants, which is as old as the happening or older."""
    happened = list(happened)
    webhooks = active_webhooks(conn, {one.of.project_no for one in happened})
    notices.add_notices(
        conn,
        [
            NewNotice(
                project_no=one.of.project_no,
                code=new_code(CODE_LENGTH),
                kind=one.kind,
                media_no=one.of.no,
                at_ms=one.at_ms,
                data=msgspec.to_builtins(one.data),
            )
            for one in happened
            if any(
                webhook.wants(one.kind) and webhook.created_ms <= one.at_ms
                for webhook in webhooks.get(one.of.project_no, ())
            )
        ],
    )


def _wanting(conn: Connection, project_nos: set[ProjectNo], kind: Kind) -> set[ProjectNo]:
    found = active_webhooks(conn, project_nos)
    return {no for no, webhooks in found.items() if any(webhook.wants(kind) for webhook in webhooks)}


def _state(row: UntoldMedia, now_ms: int) -> State:
    return state_at(
        now_ms,
        starts_ms=row.starts_ms,
        ends_ms=row.ends_ms,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
    )


def _of_media(row: UntoldMedia, state: State, now_ms: int) -> Iterator[Happened]:
    for kind in changes.of_media(row.told_state, state):
        if kind == "media.live":
            at_ms = _earliest(row.started_ms, row.starts_ms) if row.told_state == "planned" else None
            said: Literal["live", "ended"] = "live"
        else:
            at_ms, said = _earliest(row.ended_ms, row.ends_ms), "ended"
        yield Happened(
            row.of,
            kind,
            now_ms if at_ms is None else min(at_ms, now_ms),
            wire.MediaTold(_media(row.of), said),
        )
    for kind in changes.of_signal(row.told_signal_ms, row.signal_ms):
        if kind == "signal.on":
            at_ms = row.signal_ms or now_ms
            yield Happened(row.of, kind, at_ms, wire.SignalTold(_media(row.of), "on"))
        else:
            # Where another encoder is on already, the first had gone before it came.
            at_ms = now_ms if row.signal_ms is None else row.signal_ms
            yield Happened(row.of, kind, at_ms, wire.SignalTold(_media(row.of), "off"))


def _session_state(row: UntoldSession, now_ms: int) -> changes.SessionState:
    return changes.session_state(
        now_ms, starts_ms=row.starts_ms, ends_ms=row.ends_ms, removed_ms=row.removed_ms
    )


def _of_session(row: UntoldSession, state: changes.SessionState, now_ms: int) -> Iterator[Happened]:
    over_ms = _earliest(row.removed_ms, row.ends_ms)
    never_ran = over_ms is not None and over_ms <= max(row.created_ms, row.starts_ms)
    said = wire.SessionTold(
        _media(row.of),
        wire.Session(
            id=row.code,
            title=row.title,
            starts_at=rfc3339(row.starts_ms),
            ends_at=rfc3339_or_none(row.ends_ms),
            revision=row.revision,
            removed=row.removed_ms is not None,
        ),
    )
    for kind in changes.of_session(row.told_state, state, never_ran=never_ran):
        if kind == "session.stopped":
            at_ms = min(now_ms, over_ms or now_ms)
        else:
            at_ms = max(row.starts_ms, row.created_ms) if row.told_state == "planned" else now_ms
        yield Happened(row.of, kind, at_ms, said)


def _of_checks(conn: Connection, rows: list[UntoldCheck], now_ms: int) -> Iterator[Happened]:
    for row in rows:
        issued_ms = row.issued_ms
        if issued_ms is None:
            continue
        for kind in changes.of_check(row.told_state, row.state, was_issued=True):
            is_issue = kind == "check.issued"
            counts = None if is_issue else _counts(conn, row)
            state = "issued" if is_issue else row.state
            check = wire.Check(
                id=row.code,
                session_id=row.session,
                origin=row.origin,  # type: ignore[arg-type]
                ordinal=row.ordinal,
                kind=row.kind,
                lifetime_s=row.lifetime_s,
                state=state,  # type: ignore[arg-type]
                issued_at=rfc3339(issued_ms),
                counts=counts,
            )
            at_ms = issued_ms if is_issue else now_ms
            yield Happened(row.of, kind, at_ms, wire.CheckTold(_media(row.of), check))


def _counts(conn: Connection, row: UntoldCheck) -> wire.Counts:
    found = count_outcomes(conn, row.of.project_no, [row.no]).get(row.no, {})
    return wire.Counts(*(found.get(name, 0) for name in wire.Counts.__struct_fields__))


def _answer(prompt: Asked, became: Ended) -> wire.Answer:
    assert became.confirmed_ms is not None
    return wire.Answer(
        check_id=prompt.check,
        user_id=prompt.user_id,
        confirmed_at=rfc3339(became.confirmed_ms),
        late=became.late,
        answer=became.answer,
        correct=became.correct,
    )


def _media(of: MediaNamed) -> wire.Media:
    return wire.Media(of.code, of.title, of.event)


def _earliest(*moments: int | None) -> int | None:
    return min((moment for moment in moments if moment is not None), default=None)
