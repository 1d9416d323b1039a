"""Materials as organisers and viewers meet them: uploaded whole or not at all, ordered, handed out to the admitted."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import select

from rollcall.base.settings import Settings
from rollcall.domain import path_token
from rollcall.domain.ids import MediaCode, PlayId
from rollcall.store.database import Database
from rollcall.store.media import find_media
from rollcall.store.tables import plays
from rollcall.store.withdrawals import revoke_grants
from tests.history import Records
from tests.web.conftest import Api, problem, serving

PDF = b"%PDF-1.7\n" + b"x" * 5_000
LIMIT = 64 * 1024


class Organiser:
    """A media with its materials, and players whose downloads are tokens."""

    def __init__(self, api: Api, code: str) -> None:
        self.api, self.code = api, code
        self.folder: Path = api.deps.materials._cabinet.folder
        self.anonymous = api.anonymous

    async def ask(self, method: str, path: str = "", **sent: Any) -> httpx.Response:
        return await self.api.mine.api.request(method, f"/media/{self.code}/materials{path}", **sent)

    async def call(self, method: str, path: str = "", status: int = 200, **sent: Any) -> Any:
        answer = await self.ask(method, path, **sent)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def upload(
        self, name: str, content: Any, kind: str = "application/octet-stream", **query: str
    ) -> Any:
        headers = {"Content-Type": kind}
        return await self.ask(
            "POST", f"/files/{quote(name, safe='')}", params=query, content=content, headers=headers
        )

    async def names(self) -> list[str]:
        return [row["title"] for row in (await self.call("GET"))["items"]]

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())

    async def play(self, user: str = "ann") -> str:
        """Open a player of an admitted participant; return its code."""

        def add(conn: Any) -> str:
            media = find_media(conn, self.api.mine.no, self.code)
            assert media is not None
            records = Records(conn)
            records.project_no, records.event_no = self.api.mine.no, media.event_no
            play_no = records.play(media.no, user)
            return str(conn.execute(select(plays.c.code).where(plays.c.no == play_no)).scalar_one())

        return await self.api.deps.db.write(add)

    def token(self, play: str, code: str | None = None, life_s: int = 60) -> str:
        key = self.api.deps.secrets.path_key()
        expiry_s = self.api.deps.clock.now_ms() // 1000 + life_s
        return path_token.sign(key, MediaCode(code or self.code), PlayId(play), expiry_s)

    async def fetch(self, token: str, material: str, code: str | None = None) -> httpx.Response:
        return await self.anonymous.get(f"http://rollcall.test/files/{token}/{code or self.code}/{material}")


@pytest.fixture
async def organiser(database: Database) -> AsyncIterator[Organiser]:
    async with serving(database, Settings(material_limit_bytes=LIMIT)) as api:
        code = (await api.mine.api.post("/media", json={"title": "Зал", "kind": "live"})).json()["code"]
        yield Organiser(api, code)


async def test_files_and_links_are_added_renamed_ordered_and_removed(organiser: Organiser) -> None:
    added = await organiser.upload("Слайды.pdf", PDF, title="Слайды доклада")
    assert added.status_code == 201, added.text
    file = added.json()
    assert file == {
        "id": file["id"], "kind": "file", "title": "Слайды доклада", "url": None, "file_name": "Слайды.pdf",
        "media_type": "application/pdf", "size_bytes": len(PDF), "created_at": file["created_at"],
    }  # fmt: skip
    url = "https://academy.example/guide"
    link = await organiser.call("POST", "", 201, json={"title": "Рекомендации", "url": url})
    assert (link["kind"], link["url"], link["file_name"], link["size_bytes"]) == ("link", url, None, None)
    table = (await organiser.upload("план.csv", "час;тема\n9;АД\n".encode())).json()
    assert await organiser.names() == ["Слайды доклада", "Рекомендации", "план.csv"]
    order = [table["id"], file["id"], link["id"]]
    ordered = await organiser.call("PUT", "", json={"materials": order})
    assert [row["id"] for row in ordered["items"]] == order
    for wrong in (order[:2], [*order, "AAAAAAAA"], [order[0], order[0], order[1]]):
        refused = await organiser.ask("PUT", "", json={"materials": wrong})
        problem(refused, 400, "malformed", ["$.materials"])
    renamed = await organiser.call("PATCH", f"/{file['id']}", json={"title": "Слайды, исправлены"})
    assert renamed == {**file, "title": "Слайды, исправлены"}
    assert await organiser.call("GET", f"/{file['id']}") == renamed
    assert organiser.files() == sorted([file["id"], table["id"]])
    await organiser.call("DELETE", f"/{file['id']}", 204)
    assert await organiser.names() == ["план.csv", "Рекомендации"]
    assert organiser.files() == [table["id"]]
    problem(await organiser.ask("GET", f"/{file['id']}"), 404, "not_found")


async def test_what_is_no_material_leaves_nothing_behind(organiser: Organiser) -> None:
    for name, content, kind, status, code in (
        ("a.pdf", b"<html>", "application/octet-stream", 415, "wrong_type"),
        ("a.html", b"<html>", "application/octet-stream", 400, "malformed"),
        ("../a.pdf", PDF, "application/octet-stream", 400, "malformed"),
        ("я" * 197 + ".pdf", PDF, "application/octet-stream", 400, "malformed"),
        ("a.pdf", PDF, "application/pdf", 415, "wrong_type"),
        ("a.pdf", b"", "application/octet-stream", 415, "wrong_type"),
        ("a.pdf", PDF + b"x" * LIMIT, "application/octet-stream", 413, "too_large"),
    ):
        problem(await organiser.upload(name, content, kind), status, code)

    async def endless() -> AsyncIterator[bytes]:
        yield PDF
        for _ in range(LIMIT // 1024):
            yield b"x" * 1024

    problem(await organiser.upload("a.pdf", endless()), 413, "too_large")
    for url in ("javascript:alert(1)", "https://user:secret@academy.example", "academy.example"):
        refused = await organiser.ask("POST", "", json={"title": "Т", "url": url})
        problem(refused, 400, "malformed", ["$.url"])
    assert (await organiser.names(), organiser.files()) == ([], [])


async def test_a_media_has_so_many_materials_at_most(organiser: Organiser) -> None:
    link = {"title": "Т", "url": "https://academy.example"}
    for _ in range(100):
        await organiser.call("POST", "", 201, json=link)
    problem(await organiser.ask("POST", "", json=link), 409, "materials_full")
    problem(await organiser.upload("a.pdf", PDF), 409, "materials_full")
    assert organiser.files() == []


async def test_a_file_is_handed_to_admitted_players_alone_and_never_displayed(organiser: Organiser) -> None:
    file = (await organiser.upload("Слайды «АД».pdf", PDF)).json()["id"]
    link = (await organiser.call("POST", "", 201, json={"title": "Т", "url": "https://academy.example"}))[
        "id"
    ]
    play = await organiser.play()
    answer = await organiser.fetch(organiser.token(play), file)
    assert (answer.status_code, answer.content) == (200, PDF)
    shown = {
        name: answer.headers[name] for name in ("content-type", "x-content-type-options", "cache-control")
    }
    assert shown == {
        "content-type": "application/pdf",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''%D0%A1")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"

    other = (await organiser.api.theirs.api.post("/media", json={"title": "Чужой", "kind": "live"})).json()[
        "code"
    ]
    for token, material, code in (
        (organiser.token(play, life_s=-1), file, None),
        (organiser.token(play, other), file, None),
        (organiser.token(play, other), file, other),
        (organiser.token("nobodynobody"), file, None),
        (organiser.token(play)[:-1] + "0", file, None)
        if organiser.token(play)[-1] != "0"
        else ("x", file, None),
        ("x", file, None),
        (organiser.token(play), link, None),
        (organiser.token(play), "ZZZZZZZZ", None),
        (organiser.token(play), "..%2F..%2Fsecret", None),
    ):
        refused = problem(await organiser.fetch(token, material, code), 404, "not_found")
        assert refused["detail"] == "There is no such file."


async def test_a_file_that_is_not_on_this_nodes_disk_is_not_there(organiser: Organiser) -> None:
    file = (await organiser.upload("a.pdf", PDF)).json()["id"]
    (path,) = organiser.folder.rglob(file)
    path.unlink()
    problem(await organiser.fetch(organiser.token(await organiser.play()), file), 404, "not_found")


async def test_whoever_is_shut_out_downloads_nothing_any_more(organiser: Organiser) -> None:
    file = (await organiser.upload("a.pdf", PDF)).json()["id"]
    ann, bob = await organiser.play("ann"), await organiser.play("bob")

    def shut(conn: Any) -> None:
        media = find_media(conn, organiser.api.mine.no, organiser.code)
        assert media is not None
        revoke_grants(conn, organiser.api.mine.no, media.no, ["ann"], 1)  # type: ignore[list-item]

    await organiser.api.deps.db.write(shut)
    problem(await organiser.fetch(organiser.token(ann), file), 404, "not_found")
    assert (await organiser.fetch(organiser.token(bob), file)).status_code == 200
    await organiser.api.mine.api.delete(f"/media/{organiser.code}")
    problem(await organiser.fetch(organiser.token(bob), file), 404, "not_found")


async def test_one_player_may_not_download_without_end(organiser: Organiser) -> None:
    file = (await organiser.upload("a.pdf", PDF)).json()["id"]
    token = organiser.token(await organiser.play())
    statuses = [(await organiser.fetch(token, file)).status_code for _ in range(105)]
    assert statuses[:100] == [200] * 100
    assert statuses[-1] == 429
