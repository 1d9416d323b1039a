"""Records that several tests begin with: a media with one participant who holds a grant, and beats of a player."""

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection, Table, insert

from rollcall.base.clock import Clock
from rollcall.base.secrets import new_code
from rollcall.domain.evidence.tick import Tick, tick_mac
from rollcall.live.plays import LivePlay
from rollcall.store import tables
from rollcall.store.database import Database
from rollcall.store.grants import hash_secret
from rollcall.wire import viewer_in

BEAT_MS = 10_000


@dataclass(frozen=True, slots=True)
class Watched:
    """A media and the grant of a participant of it; `upload_keys` by play."""

    media_code: str
    media_no: int
    user_id: str
    grant: str
    upload_keys: dict[str, str] = field(default_factory=dict)


async def add_watched(database: Database, user_id: str = "doctor-1") -> Watched:
    """Store a project, an event, a live media, a list with one participant, and a grant."""
    return await database.write(lambda conn: _add(conn, user_id, Clock().now_ms()))


def _add(conn: Connection, user_id: str, now_ms: int) -> Watched:
    t, code, grant = tables, new_code(), "grant-" + new_code(30)
    at = {"created_ms": now_ms}

    def add(table: Table, **values: object) -> int:
        return int(conn.execute(insert(table).values(values).returning(table.c.no)).scalar_one())

    project = add(t.projects, code=new_code(), title="P", embed_origins=[], **at)
    event = add(t.events, project_no=project, code=new_code(), title="E", timezone="Europe/Moscow", **at)
    of = {"project_no": project, "event_no": event}
    media = add(
        t.media, **of, code=code, title="M", kind="live", identity="signed", timezone="Europe/Moscow",
        chat_version=0, chat_mode="open", chat_slow_s=0, **at,
    )  # fmt: skip
    of_list = add(t.lists, project_no=project, code=new_code(), title="L", **at)
    conn.execute(insert(t.list_media).values(list_no=of_list, media_no=media))
    add(
        t.participants,
        project_no=project,
        list_no=of_list,
        user_id=user_id,
        fields={},
        updated_ms=now_ms,
        **at,
    )
    add(
        t.grants,
        project_no=project,
        media_no=media,
        hash=hash_secret(grant),
        user_id=user_id,
        identity="signed",
        **at,
    )
    return Watched(code, media, user_id, grant)


def beat_message(
    play: LivePlay, key: bytes, seq: int, begin_ms: int, state: Literal["playing", "paused"] = "playing"
) -> viewer_in.Rows:
    """Return the envelope of beat `seq` of a player whose clock began at `begin_ms`: 10 s each."""
    start, end = (seq - 1) * BEAT_MS, seq * BEAT_MS

    def proof(n: int, at_ms: int) -> viewer_in.TickProof:
        return viewer_in.TickProof(n, at_ms, tick_mac(key, play.code, Tick(n, at_ms)))

    beat = viewer_in.Beat(seq, 0, seq - 1, start, end, begin_ms + start, begin_ms + end, state)
    return viewer_in.Rows(
        play=play.code,
        sent_ms=end,
        epoch=0,
        echo=viewer_in.Echo(seq, end),
        ticks=[proof(seq - 1, begin_ms + start), proof(seq, begin_ms + end)],
        epochs=[viewer_in.Epoch(0, 0, begin_ms)],
        rows=[beat],
    )
