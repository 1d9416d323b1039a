"""Statistics over HTTP: formats, filters, scopes, and the schema, through the whole application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pypdfium2
import pytest
from lxml import etree

from rollcall.actions.keys import create_key
from rollcall.domain.ids import ProjectNo
from rollcall.store.database import Database
from tests.history import Records
from tests.web import conftest

T0 = 1_772_355_600_000


@dataclass
class Hall:
    """One media with three participants, and the keys that may or may not read about them."""

    media: str
    event: str
    session: str
    key: str
    anonymous_key: str
    access_key: str
    foreign_key: str


def fill(connection: Any) -> Hall:
    r = Records(connection)
    hall = r.media(title="Зал 💡")
    members = r.list_of(hall)
    for user_id in ("anna", "doc/7 &", "vera"):
        r.participant(members, user_id, name=f"Dr. {user_id}\t<b>")
    session = r.session(hall, T0, T0 + 100_000)
    play = r.play(
        hall, "anna", opened_ms=T0, last_arrival_ms=T0 + 60_000, ip="2001:db8::1", user_agent="A, B"
    )
    r.span(hall, play, 1, T0 + 10_000, T0 + 60_000)
    asked = r.check(hall, T0 + 20_000)
    r.prompt(hall, asked, "anna", "confirmed", T0 + 20_000, shown_ms=T0 + 20_050, confirmed_ms=T0 + 21_000)

    def key(project_no: int, *scopes: str) -> str:
        return create_key(connection, ProjectNo(project_no), scopes, None, "test", 0)

    mine, theirs = r.project_no, Records(connection).project_no
    return Hall(
        r.codes[hall], r.event, session, key(mine), key(mine, "statistics"), key(mine, "access"), key(theirs)
    )


@asynccontextmanager
async def serving(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with conftest.serving(database) as api:
        yield api.anonymous


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_json_and_xml_of_one_moment_agree_and_xml_validates(sqlite_database: Database) -> None:
    hall = await sqlite_database.write(fill)
    async with serving(sqlite_database) as client:
        schema = (await client.get("/statistics.xsd")).content
        for path in (f"/media/{hall.media}/statistics", f"/events/{hall.event}/statistics"):
            told = await client.get(path, headers=bearer(hall.key))
            written = await client.get(path, headers=bearer(hall.key) | {"Accept": "application/xml"})
            assert told.status_code == written.status_code == 200
            assert told.headers["content-type"] == "application/json"
            assert written.headers["content-type"] == "application/xml; charset=utf-8"
            element = etree.fromstring(written.content)
            etree.XMLSchema(etree.fromstring(schema)).assertValid(element)
            rows = told.json()["participants"]
            assert [row["watched_ms"] for row in rows] == [50_000, 0, 0]
            assert [
                (r.get("user_id"), r.get("name"), r.get("watched_ms")) for r in element.iter("participant")
            ] == [(row["user_id"], row["name"], str(row["watched_ms"])) for row in rows]
            assert [c.get("outcome") for c in element.iterfind("participants/participant/checks/check")] == [
                check["outcome"] for row in rows for check in row["checks"]
            ]


async def test_filters_and_personal_data(sqlite_database: Database) -> None:
    hall = await sqlite_database.write(fill)
    async with serving(sqlite_database) as client:

        async def read(key: str = hall.key, **query: str) -> Any:
            return await client.get(f"/media/{hall.media}/statistics", headers=bearer(key), params=query)

        whole = (await read()).json()
        assert (await read(user_id="doc/7 &")).json()["participants"] == [whole["participants"][1]]
        assert (await read(session_id=hall.session)).json()["participants"] == whole["participants"]
        assert (await read(session_id="nosuchid")).status_code == 404
        asked = (await read(include="ip,user_agent")).json()["participants"][0]
        assert (asked["ip"], asked["user_agent"]) == (["2001:db8::1"], ["A, B"])
        assert "ip" not in whole["participants"][0]
        refused = await read(hall.anonymous_key, include="ip")
        assert refused.status_code == 403
        assert "personal" in refused.json()["detail"]
        assert (await read(hall.anonymous_key)).json()["participants"] == whole["participants"]


@pytest.mark.parametrize(
    ("name", "begins"), [("csv", b'\xef\xbb\xbf"user_id",'), ("xlsx", b"PK"), ("pdf", b"%PDF-")]
)
async def test_tables_are_files_to_save(sqlite_database: Database, name: str, begins: bytes) -> None:
    hall = await sqlite_database.write(fill)
    async with serving(sqlite_database) as client:
        query = {"format": name}
        answer = await client.get(f"/media/{hall.media}/statistics", params=query, headers=bearer(hall.key))
    assert answer.content.startswith(begins)
    assert answer.headers["content-disposition"] == f'attachment; filename="statistics-{hall.media}.{name}"'


@pytest.mark.parametrize(
    ("lang", "title"), [(None, "Протокол учёта присутствия"), ("en", "Record of attendance")]
)
async def test_the_protocol_names_the_project_and_speaks_the_language_asked_for(
    sqlite_database: Database, lang: str | None, title: str
) -> None:
    hall = await sqlite_database.write(fill)
    async with serving(sqlite_database) as client:
        query = {} if lang is None else {"lang": lang}
        headers = bearer(hall.key) | {"Accept": "application/pdf"}
        answer = await client.get(f"/media/{hall.media}/statistics", params=query, headers=headers)
    assert answer.headers["content-type"] == "application/pdf"
    with pypdfium2.PdfDocument(answer.content) as made:
        text = made[0].get_textpage().get_text_range()
    assert text.startswith(f"Project\r\n{title}")


@pytest.mark.parametrize(
    ("query", "accept", "status", "code"),
    [
        ({"format": "doc"}, "*/*", 406, "not_acceptable"),
        ({"format": "pdf", "lang": "de"}, "*/*", 400, "malformed"),
        ({"format": "yaml"}, "application/json", 406, "not_acceptable"),
        ({}, "text/plain", 406, "not_acceptable"),
        ({"include": "email"}, "*/*", 400, "malformed"),
        ({"include": ""}, "*/*", 400, "malformed"),
        ({"since": "now"}, "*/*", 400, "malformed"),
    ],
)
async def test_what_does_not_exist_is_refused(
    sqlite_database: Database, query: dict[str, str], accept: str, status: int, code: str
) -> None:
    hall = await sqlite_database.write(fill)
    async with serving(sqlite_database) as client:
        answer = await client.get(
            f"/media/{hall.media}/statistics", params=query, headers=bearer(hall.key) | {"Accept": accept}
        )
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"].startswith("application/problem+json")


async def test_format_outweighs_accept(sqlite_database: Database) -> None:
    hall = await sqlite_database.write(fill)
    async with serving(sqlite_database) as client:
        answer = await client.get(
            f"/media/{hall.media}/statistics",
            params={"format": "xml"},
            headers=bearer(hall.key) | {"Accept": "application/json"},
        )
        assert answer.content.startswith(b"<?xml")


async def test_only_keys_of_the_project_with_the_scope_may_read(sqlite_database: Database) -> None:
    hall = await sqlite_database.write(fill)
    async with serving(sqlite_database) as client:
        for path in (f"/media/{hall.media}/statistics", f"/events/{hall.event}/statistics"):
            assert (await client.get(path)).status_code == 401
            assert (await client.get(path, headers=bearer(hall.foreign_key))).status_code == 404
            refused = await client.get(path, headers=bearer(hall.access_key))
            assert refused.status_code == 403
            assert "statistics" in refused.json()["detail"]
        for path in ("/media/nosuchid/statistics", f"/media/{hall.event}/statistics"):
            assert (await client.get(path, headers=bearer(hall.key))).status_code == 404


async def test_the_description_of_the_api_knows_the_answer(sqlite_database: Database) -> None:
    async with serving(sqlite_database) as client:
        described = (await client.get("/openapi.json")).json()
        answer = described["paths"]["/api/v1/media/{code}/statistics"]["get"]["responses"]["200"]
        reference = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        fields = described["components"]["schemas"][reference]["properties"]
        assert set(fields) == {
            "media",
            "generated_at",
            "sessions",
            "checks",
            "outages",
            "participants",
            "quizzes",
            "polls",
            "rules",
        }
