"""Reviews over HTTP, and the evidence that a reviewer sees: whole shapes, scopes, and whose it is."""

from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import insert, select, update

from rollcall.store import tables
from rollcall.store.database import Connection
from tests.history import Records
from tests.web.conftest import Api, Tenant, problem

T0 = 1_772_355_600_000  # 2026-03-01T09:00:00Z
USER = "Врач/7 %"
WINDOW = {"from": "2026-03-01T12:00:00+03:00", "to": "2026-03-01T12:05:00.5+03:00"}


async def watched(api: Api, tenant: Tenant) -> str:
    """Store a media of this tenant where a participant has two plays, another one play, a third none."""

    def store(conn: Connection) -> str:
        records = Records(conn)
        records.project_no = tenant.no
        media = records.media()
        records.participant(records.list_of(media), "never came")
        first = records.play(media, USER, opened_ms=T0, last_arrival_ms=T0 + 9_000, user_agent="Секретный")
        records.span(media, first, 1, T0, T0 + 5_000)
        records.span(media, first, 2, T0 + 5_000, T0 + 9_000, state="paused", late=True, unverified=True)
        play = tables.plays.c
        counts = update(tables.plays).where(play.no == first).values(applied=7, rejected=2, lost=1)
        conn.execute(counts)
        values = {
            "play_no": first,
            "seq": 3,
            "mark": "answered",
            "check_code": "Check123",
            "at_ms": T0 + 2_000,
        }
        of = {"project_no": tenant.no, "event_no": records.event_no, "media_no": media, "user_id": USER}
        conn.execute(
            insert(tables.marks).values(
                **values,
                **of,
                arrival_ms=T0 + 2_100,
                bound_ms=40,
                visible=True,
                trusted=False,
                answer="4711",
                pointer=True,
            )
        )
        records.play(media, "someone else", opened_ms=T0, ip="203.0.113.9")
        records.play(media, USER, opened_ms=T0 + 60_000, last_arrival_ms=T0 + 60_000, ip="192.0.2.2")
        return records.codes[media]

    return await api.deps.db.write(store)


def path(code: str, what: str, user_id: str = USER) -> str:
    return f"/media/{code}/participants/{quote(user_id, safe='')}/{what}"


async def test_a_reviewer_says_with_a_reason_what_counts_and_every_word_stays(api_on_both: Api) -> None:
    api, code = api_on_both.mine.api, await watched(api_on_both, api_on_both.mine)
    made = await api.post(path(code, "reviews"), json={**WINDOW, "counts": True, "reason": "Чат и звонок"})
    assert made.status_code == 201
    first = made.json()
    assert first == {
        "id": first["id"],
        "from": "2026-03-01T09:00:00.000Z",
        "to": "2026-03-01T09:05:00.500Z",
        "counts": True,
        "reason": "Чат и звонок",
        "actor": first["actor"],
        "created_at": first["created_at"],
    }
    again = {**WINDOW, "counts": False, "reason": "Ошибся"}
    second = (await api.post(path(code, "reviews"), json=again)).json()
    assert (await api.get(path(code, "reviews"))).json() == {"items": [first, second], "next_cursor": None}
    page = (await api.get(path(code, "reviews") + "?limit=1")).json()
    assert page["items"] == [first]
    assert (await api.get(f"{path(code, 'reviews')}?cursor={page['next_cursor']}")).json()["items"] == [
        second
    ]
    assert (await api.get(path(code, "reviews", "someone else"))).json()["items"] == []

    def read(conn: Connection) -> list[Any]:
        r = tables.reviews.c
        rows = conn.execute(select(r.from_ms, r.to_ms, r.counts, r.user_id).order_by(r.no)).all()
        a = tables.audit.c
        assert conn.execute(select(a.detail["user_id"]).where(a.action == "review.add")).scalars().all() == [
            USER,
            USER,
        ]
        return [tuple(row) for row in rows]

    stored = [(T0, T0 + 300_500, True, USER), (T0, T0 + 300_500, False, USER)]
    assert await api_on_both.deps.db.read(read) == stored


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"from": WINDOW["to"], "to": WINDOW["from"]}, "$.to"),
        ({"to": "2150-01-01T10:00:00Z"}, "$.to"),
        ({"reason": "\u00a0 "}, "$.reason"),
        ({"counts": "yes"}, "$.counts"),
    ],
)
async def test_a_review_without_a_window_or_a_reason_is_refused(
    api: Api, wrong: dict[str, Any], fault: str
) -> None:
    code = await watched(api, api.mine)
    body = {**WINDOW, "counts": True, "reason": "x", **wrong}
    problem(await api.mine.api.post(path(code, "reviews"), json=body), 400, "malformed", [fault])
    missing = {name: value for name, value in body.items() if name not in {"reason", *wrong}} | WINDOW
    problem(await api.mine.api.post(path(code, "reviews"), json=missing), 400, "malformed")
    assert (await api.mine.api.get(path(code, "reviews"))).json()["items"] == []


async def test_only_who_has_evidence_there_is_reviewed(api_on_both: Api) -> None:
    mine, theirs = api_on_both.mine.api, api_on_both.theirs.api
    code = await watched(api_on_both, api_on_both.mine)
    body = {**WINDOW, "counts": True, "reason": "x"}
    for api, of, user_id in (
        (mine, code, "never came"),
        (mine, code, "врач/7 %"),
        (mine, "ZZZZZZZZ", USER),
        (theirs, code, USER),
    ):
        problem(await api.post(path(of, "reviews", user_id), json=body), 404, "not_found")
        problem(await api.get(path(of, "reviews", user_id)), 404, "not_found")
        problem(await api.get(path(of, "evidence", user_id)), 404, "not_found")


async def test_the_evidence_of_a_participant_is_shown_play_by_play(api_on_both: Api) -> None:
    api, code = api_on_both.mine.api, await watched(api_on_both, api_on_both.mine)
    shown = (await api.get(path(code, "evidence"))).json()
    span = {
        "from": "2026-03-01T09:00:00.000Z",
        "to": "2026-03-01T09:00:05.000Z",
        "state": "playing",
        "visible": True,
        "muted": False,
        "rate": 1.0,
        "late": False,
        "unverified": False,
        "grade": "live",
        "content_from_ms": T0,
        "content_to_ms": T0 + 5_000,
        "first_arrival_at": "2026-03-01T09:00:05.000Z",
        "last_arrival_at": "2026-03-01T09:00:05.000Z",
        "bound_ms": 0,
    }
    later = {
        "from": "2026-03-01T09:00:05.000Z",
        "to": "2026-03-01T09:00:09.000Z",
        "state": "paused",
        "late": True,
        "unverified": True,
        "grade": None,
        "content_from_ms": T0 + 5_000,
        "content_to_ms": T0 + 9_000,
        "first_arrival_at": "2026-03-01T09:00:09.000Z",
        "last_arrival_at": "2026-03-01T09:00:09.000Z",
    }
    mark = {
        "mark": "answered",
        "check_id": "Check123",
        "at": "2026-03-01T09:00:02.000Z",
        "arrival_at": "2026-03-01T09:00:02.100Z",
        "visible": True,
        "trusted": False,
        "pointer": True,
        "answer": "4711",
        "bound_ms": 40,
    }
    first, second = shown["items"]
    assert first == {
        "play": first["play"],
        "identity": "signed",
        "opened_at": "2026-03-01T09:00:00.000Z",
        "last_arrival_at": "2026-03-01T09:00:09.000Z",
        "rows": 7,
        "rejected": 2,
        "lost": 1,
        "spans": [span, {**span, **later}],
        "marks": [mark],
    }
    assert (second["spans"], second["marks"]) == ([], [])
    page = (await api.get(path(code, "evidence") + "?limit=1")).json()
    rest = (await api.get(f"{path(code, 'evidence')}?cursor={page['next_cursor']}")).json()
    assert (page["items"], rest["items"], rest["next_cursor"]) == ([first], [second], None)


async def test_addresses_are_shown_to_whoever_may_see_them_and_asks(api: Api) -> None:
    code = await watched(api, api.mine)
    plain = await api.mine.api.get(path(code, "evidence"))
    assert not [word for word in ("192.0.2", "203.0.113", "Секретный") if word in plain.text]
    asked = (await api.mine.api.get(path(code, "evidence") + "?include=ip,user_agent")).json()["items"]
    assert [(play["ip"], play["user_agent"]) for play in asked] == [
        ("192.0.2.1", "Секретный"),
        ("192.0.2.2", "Browser"),
    ]
    only = (await api.mine.api.get(path(code, "evidence") + "?include=ip")).json()["items"]
    assert ["user_agent" in play for play in only] == [False, False]
    lower = api.mine.with_scopes("statistics")
    assert (await lower.get(path(code, "evidence"))).status_code == 200
    problem(await lower.get(path(code, "evidence") + "?include=ip"), 403, "missing_scope")
    for wrong in ("", "name", "ip,,", "ip,email"):
        problem(await api.mine.api.get(f"{path(code, 'evidence')}?include={wrong}"), 400, "malformed")


async def test_an_archived_media_is_still_reviewed(api: Api) -> None:
    code = await watched(api, api.mine)
    assert (await api.mine.api.delete(f"/media/{code}")).status_code == 204
    body = {**WINDOW, "counts": True, "reason": "x"}
    assert (await api.mine.api.post(path(code, "reviews"), json=body)).status_code == 201
    assert len((await api.mine.api.get(path(code, "evidence"))).json()["items"]) == 2


@pytest.mark.parametrize(
    ("span", "grade"),
    [
        ({}, "live"),
        ({"late": True}, "late"),
        ({"late": True, "content_to_ms": T0 + 2_000}, "unverified"),
        ({"late": True, "unverified": True}, "unverified"),
        ({"state": "stalled"}, None),
    ],
)
async def test_each_span_says_its_grade(api: Api, span: dict[str, Any], grade: str | None) -> None:
    def store(conn: Connection) -> str:
        records = Records(conn)
        records.project_no = api.mine.no
        media = records.media()
        records.span(media, records.play(media, USER), 1, T0, T0 + 60_000, **span)
        return records.codes[media]

    code = await api.deps.db.write(store)
    (play,) = (await api.mine.api.get(path(code, "evidence"))).json()["items"]
    assert [shown["grade"] for shown in play["spans"]] == [grade]
