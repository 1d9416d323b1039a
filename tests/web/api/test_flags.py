"""Flags over HTTP: whose they are, filters, pages, scopes."""

from typing import Any

from sqlalchemy import insert

from rollcall.domain.flags.kinds import MEANINGS
from rollcall.store import tables
from rollcall.store.database import Database
from tests.history import Records, add, code
from tests.web.conftest import Api, Tenant, problem

T0 = 1_772_355_600_000


def flagged(db: Database, tenant: Tenant, *kinds: tuple[str, str]) -> tuple[str, str, str]:
    """Give the tenant an event with two media and flags of (user, kind) on the first one; return their codes."""

    def store(conn: Any) -> tuple[str, str, str]:
        records = Records(conn)
        records.project_no = int(tenant.no)
        records.event_no = records_event(records)
        first, second = records.media(), records.media()
        for number, (user_id, kind) in enumerate(kinds):
            values = {"project_no": tenant.no, "event_no": records.event_no, "media_no": first}
            moments = {"count": number + 1, "first_ms": T0 + number, "last_ms": T0 + 60_000}
            about = {"user_id": user_id, "kind": kind, "key": "", "detail": {"answers": 5}}
            conn.execute(insert(tables.flags).values(**values, **moments, **about))
        return records.codes[first], records.codes[second], records.event

    return db.write_now(store)


def records_event(records: Records) -> int:
    records.event = code()
    return add(
        records.connection,
        tables.events,
        project_no=records.project_no,
        code=records.event,
        title="Event",
        timezone="Europe/Moscow",
        created_ms=0,
    )


async def test_a_flag_says_what_was_seen_and_how_it_may_be_innocent(api_on_both: Api) -> None:
    api = api_on_both
    media, second, event = flagged(api.deps.db, api.mine, ("d-1", "no_pointer"))
    (flag,) = (await api.mine.api.get(f"/media/{media}/flags")).json()["items"]
    assert flag.pop("id") > 0
    meaning = MEANINGS["no_pointer"]
    assert flag == {
        "media": media,
        "user_id": "d-1",
        "kind": "no_pointer",
        "count": 1,
        "first_at": "2026-03-01T09:00:00.000Z",
        "last_at": "2026-03-01T09:01:00.000Z",
        "detail": {"answers": 5},
        "note": None,
        "noted_by": None,
        "noted_at": None,
        "seen": meaning.seen,
        "rule": meaning.rule,
        "limits": meaning.limits,
    }
    assert (await api.mine.api.get(f"/media/{second}/flags")).json() == {"items": [], "next_cursor": None}
    (of_event,) = (await api.mine.api.get(f"/events/{event}/flags")).json()["items"]
    assert of_event["media"] == media


async def test_flags_are_filtered_and_paged(api: Api) -> None:
    given = [("d-1", "no_pointer"), ("d-2", "no_pointer"), ("d-1", "clock_rate"), ("d-3", "lost_rows")]
    media, _, event = flagged(api.deps.db, api.mine, *given)
    for path in (f"/media/{media}/flags", f"/events/{event}/flags"):
        assert await listed(api, path, user_id="d-1") == [given[0], given[2]]
        assert await listed(api, path, kind="no_pointer") == given[:2]
        assert await listed(api, path, kind="no_pointer", user_id="d-2") == [given[1]]
        assert await listed(api, path, limit="3") == given[:3]
        cursor = (await api.mine.api.get(path, params={"limit": "3"})).json()["next_cursor"]
        assert await listed(api, path, limit="3", cursor=cursor) == given[3:]
        problem(await api.mine.api.get(path, params={"kind": "laziness"}), 400, "malformed")


async def listed(api: Api, path: str, **params: str) -> list[tuple[str, str]]:
    items = (await api.mine.api.get(path, params=params)).json()["items"]
    return [(item["user_id"], item["kind"]) for item in items]


async def test_a_reviewers_note_stays_with_the_flag(api_on_both: Api) -> None:
    api = api_on_both
    media, second, _ = flagged(api.deps.db, api.mine, ("d-1", "no_pointer"), ("d-2", "no_pointer"))
    path = f"/media/{media}/flags"
    flag, other = (await api.mine.api.get(path)).json()["items"]
    body = {"note": "Пользуется программой экранного доступа."}
    for _ in range(2):
        noted = await api.mine.api.post(f"{path}/{flag['id']}/note", json=body)
        assert noted.status_code == 200
        assert noted.json()["noted_at"] is not None
        assert {**noted.json(), "noted_at": None, "noted_by": None} == {**flag, **body}
    shown = (await api.mine.api.get(path)).json()["items"]
    assert [item["note"] for item in shown] == [body["note"], None]
    problem(await api.mine.api.post(f"/media/{second}/flags/{flag['id']}/note", json=body), 404, "not_found")
    problem(await api.theirs.api.post(f"{path}/{flag['id']}/note", json=body), 404, "not_found")
    problem(await api.mine.api.post(f"{path}/{other['id']}/note", json={"note": ""}), 400, "malformed")


async def test_another_projects_flags_do_not_exist(api: Api) -> None:
    media, _, event = flagged(api.deps.db, api.mine, ("d-1", "no_pointer"))
    for path in (f"/media/{media}/flags", f"/events/{event}/flags"):
        problem(await api.theirs.api.get(path), 404, "not_found")
        problem(await api.mine.with_scopes("control", "access").get(path), 403, "missing_scope")


async def test_statistics_tell_the_flags_of_each_participant_by_kind(api: Api) -> None:
    media, _, event = flagged(api.deps.db, api.mine, ("d-1", "no_pointer"), ("d-1", "clock_rate"))

    def also(conn: Any) -> None:
        rows = conn.execute(tables.media.select().where(tables.media.c.code == media)).one()
        values = {"project_no": api.mine.no, "event_no": rows.event_no, "media_no": rows.no}
        about = {"user_id": "d-1", "kind": "no_pointer", "key": "again", "detail": {}}
        conn.execute(
            insert(tables.flags).values(**values, **about, count=4, first_ms=T0 - 1_000, last_ms=T0 + 1_000)
        )
        records = Records(conn)
        records.project_no, records.event_no = int(api.mine.no), rows.event_no
        for user_id in ("d-1", "d-2"):
            records.play(rows.no, user_id)

    api.deps.db.write_now(also)
    for path in (f"/media/{media}/statistics", f"/events/{event}/statistics"):
        rows = (await api.mine.api.get(path)).json()["participants"]
        last = "2026-03-01T09:01:00.000Z"
        assert {row["user_id"]: row["flags"] for row in rows} == {
            "d-1": [
                {"kind": "clock_rate", "count": 2, "first_at": "2026-03-01T09:00:00.001Z", "last_at": last},
                {"kind": "no_pointer", "count": 5, "first_at": "2026-03-01T08:59:59.000Z", "last_at": last},
            ],
            "d-2": [],
        }
