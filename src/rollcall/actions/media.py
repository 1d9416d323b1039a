"""Media: made, changed, ended, reopened, archived."""

from dataclasses import dataclass
from typing import Any

from rollcall.actions import events as event_actions
from rollcall.actions import prompts
from rollcall.actions.access import Gate, close_media
from rollcall.actions.sessions import close_open_sessions, require_media
from rollcall.base.secrets import new_code, new_key
from rollcall.domain.checks.outcome import Told
from rollcall.domain.concurrency import Concurrency
from rollcall.domain.errors import Conflict, Malformed, NotFound, Problem
from rollcall.domain.ids import EventCode, EventNo, MediaCode, ProjectNo
from rollcall.store import audit, events, media
from rollcall.store.database import Connection, Database
from rollcall.store.media import Media

DEFAULT_TIMEZONE = "Europe/Moscow"


@dataclass(frozen=True, slots=True)
class NewMedia:
    """What is said of a media to be made; None = the default."""

    title: str
    kind: media.Kind
    identity: media.Identity
    event: str | None
    timezone: str | None
    starts_ms: int | None
    ends_ms: int | None
    concurrency: Concurrency = "union"
    dvr_s: int = 0


async def create_media(
    db: Database, project_no: ProjectNo, new: NewMedia, actor: str, now_ms: int
) -> MediaCode:
    """Make a media, and silently an event for it when none is named. Raises NotFound or Malformed."""
    _check_times(new.starts_ms, new.ends_ms)
    _check_dvr(new.kind, new.dvr_s)

    def create(conn: Connection) -> MediaCode:
        event_no, timezone = _event_for(conn, project_no, new, now_ms)
        code = MediaCode(new_code())
        values = {
            "code": code,
            "title": new.title,
            "kind": new.kind,
            "identity": new.identity,
            "concurrency": new.concurrency,
            "dvr_s": new.dvr_s,
            "timezone": timezone,
            "starts_ms": new.starts_ms,
            "ends_ms": new.ends_ms,
            "stream_key": new_key("sk") if new.kind == "live" else None,
            "created_ms": now_ms,
        }
        media.add_media(conn, project_no, event_no, values)
        audit.record(conn, project_no, actor, "media.create", code, now_ms, kind=new.kind)
        return code

    return await db.write(create)


async def change_media(
    db: Database, project_no: ProjectNo, code: str, values: dict[str, Any], actor: str, now_ms: int
) -> None:
    """Set columns; beside them `event` (a code) moves and `state` reopens. Raises NotFound, Conflict, Malformed."""

    def change(conn: Connection) -> None:
        found = find(conn, project_no, code)
        columns = {name: value for name, value in values.items() if name not in {"event", "state"}}
        if "event" in values:
            event = event_actions.find(conn, project_no, values["event"], "$.event")
            event_actions.move(conn, project_no, found, event.no)
        columns |= _reopened(found, values, now_ms)
        _check_dvr(found.kind, values.get("dvr_s", 0))
        _keep_axis(conn, found, values.get("dvr_s", found.dvr_s))
        if "dvr_s" in columns:  # what could be watched before still counts
            columns["dvr_before_s"] = max(found.dvr_before_s, found.dvr_s)
        _check_times(columns.get("starts_ms", found.starts_ms), columns.get("ends_ms", found.ends_ms))
        media.change_media(conn, project_no, found.no, columns)
        audit.record(conn, project_no, actor, "media.change", code, now_ms, **values)

    await db.write(change)


async def end_media(gate: Gate, project_no: ProjectNo, code: str, actor: str) -> None:
    """End a media now: open sessions are closed and the encoder is dropped. Ending twice changes nothing."""
    now_ms = gate.clock.now_ms()

    def end(conn: Connection) -> list[Told]:
        return _end(conn, find(conn, project_no, code), actor, now_ms)

    prompts.publish(gate.hub, await gate.db.write(end))
    gate.media.drop(MediaCode(code))


async def archive_media(gate: Gate, project_no: ProjectNo, code: str, actor: str) -> None:
    """End a media and hide it: players are closed, evidence and statistics stay. Raises NotFound."""
    now_ms = gate.clock.now_ms()

    def archive(conn: Connection) -> tuple[Media, list[Told]]:
        found = find(conn, project_no, code)
        outcomes = _end(conn, found, actor, now_ms)
        media.change_media(conn, project_no, found.no, {"removed_ms": now_ms})
        audit.record(conn, project_no, actor, "media.archive", code, now_ms)
        return found, outcomes

    found, outcomes = await gate.db.write(archive)
    prompts.publish(gate.hub, outcomes)
    gate.media.drop(found.code)
    await close_media(gate, project_no, found.no)


def find(conn: Connection, project_no: ProjectNo, code: str) -> Media:
    """Return a media of the project that is not archived; raises NotFound."""
    found = media.find_media(conn, project_no, code)
    if found is None:
        raise NotFound("There is no such media.")
    return found


def _event_for(conn: Connection, project_no: ProjectNo, new: NewMedia, now_ms: int) -> tuple[EventNo, str]:
    if new.event is not None:
        event = event_actions.find(conn, project_no, new.event, "$.event")
        return event.no, new.timezone or event.timezone
    timezone = new.timezone or DEFAULT_TIMEZONE
    event = events.add_event(conn, project_no, EventCode(new_code()), new.title, timezone, now_ms)
    return event.no, timezone


def _check_times(starts_ms: int | None, ends_ms: int | None) -> None:
    if starts_ms is not None and ends_ms is not None and ends_ms <= starts_ms:
        raise Malformed(Problem("$.ends_at", "Must be later than 'starts_at'."))


def _check_dvr(kind: media.Kind, dvr_s: int) -> None:
    if dvr_s and kind != "live":
        raise Malformed(Problem("$.dvr_s", "Only in a live broadcast can viewers go back. Leave it out."))


def _keep_axis(conn: Connection, found: Media, dvr_s: int) -> None:
    """Raise Conflict when what has been watched would be counted in another way than it was told."""
    if (dvr_s > 0) != (found.dvr_s > 0) and media.has_plays(conn, found.project_no, found.no):
        sentence = (
            "Somebody has watched this media already, so whether viewers may go back can be changed no more:"
            " what was watched would be counted in another way. How far back they may go can be changed."
        )
        raise Conflict(sentence, code="media_watched")


def _reopened(found: Media, values: dict[str, Any], now_ms: int) -> dict[str, Any]:
    """Return what makes an ended media live again, when the change asks for that."""
    ends_ms = values.get("ends_ms", found.ends_ms)
    is_over = ends_ms is not None and ends_ms <= now_ms
    if values.get("state") == "live":
        started_ms = found.started_ms if found.started_ms is not None else now_ms
        return {"ended_ms": None, "ends_ms": None if is_over else ends_ms, "started_ms": started_ms}
    return {"ended_ms": None} if "ends_ms" in values and not is_over else {}


def _end(conn: Connection, found: Media, actor: str, now_ms: int) -> list[Told]:
    if found.ended_ms is not None:
        return []
    media.change_media(conn, found.project_no, found.no, {"ended_ms": now_ms})
    audit.record(conn, found.project_no, actor, "media.end", found.code, now_ms)
    of = require_media(conn, found.project_no, found.code, hold=True)
    return close_open_sessions(conn, of, actor, now_ms, now_ms)
