"""Callers that go away while they wait for their turn: nothing is counted for them."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import pytest

from rollcall.actions import statistics
from rollcall.actions.reports import Wanted
from rollcall.web.api import statistics as of_v1
from rollcall.web.boomstream import nmo
from rollcall.web.streams import CLOSED_BY_CALLER
from tests.web.conftest import Api


class Caller:
    """A connection that asks for something and may be hung up."""

    def __init__(self, api: Api, path: str, **query: str) -> None:
        self.status = 0
        self._told = asyncio.Queue[Any]()
        self._told.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        key = api.mine.api.headers["authorization"].encode()
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": urlencode(query).encode(),
            "root_path": "", "headers": [(b"authorization", key)], "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }  # fmt: skip
        self.done = asyncio.create_task(api.app(scope, self._told.get, self._send))

    def hang_up(self) -> None:
        self._told.put_nowait({"type": "http.disconnect"})

    async def _send(self, message: Any) -> None:
        self.status = message.get("status", self.status)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return which media were counted."""
    media: list[str] = []
    report_media, report_about = statistics.report_media, statistics.report_about

    async def of_media(db: Any, project_no: Any, code: str, *other: Any) -> Any:
        media.append(code)
        return await report_media(db, project_no, code, *other)

    async def about(subject: Any, db: Any, project_no: Any, code: str, *other: Any, **named: Any) -> Any:
        media.append(code)
        return await report_about(subject, db, project_no, code, *other, **named)

    monkeypatch.setattr(nmo, "report_media", of_media)
    monkeypatch.setattr(of_v1, "report_about", about)
    return media


@pytest.mark.parametrize("compatible", [True, False])
async def test_who_hangs_up_while_waiting_has_nothing_counted(
    api: Api, counted: list[str], *, compatible: bool
) -> None:
    media = (await api.mine.api.post("/media", json={"title": "Зал", "kind": "live"})).json()["code"]
    held, let_go = asyncio.Event(), asyncio.Event()

    async def hold(_: Wanted | None = None) -> None:
        held.set()
        await let_go.wait()

    if compatible:
        first = asyncio.create_task(api.deps.reports.answer(api.mine.no, hold))
        path, query = "/api/live/nmo", {"code": media, "format": "json"}
    else:
        first = asyncio.create_task(api.deps.reports.press(large=False).take(api.mine.no, hold))
        path, query = f"/api/v1/media/{media}/statistics", {"format": "pdf"}
    await held.wait()
    gone = [Caller(api, path, **query) for _ in range(3)]
    stays = Caller(api, path, **query)
    for caller in gone:
        caller.hang_up()
    await asyncio.gather(*(caller.done for caller in gone))
    assert ([caller.status for caller in gone], counted) == ([CLOSED_BY_CALLER] * 3, [])
    let_go.set()
    await first
    while stays.status == 0:
        await asyncio.sleep(0.01)
    stays.hang_up()
    await stays.done
    assert (stays.status, counted) == (200, [media])


async def test_the_compatible_api_says_when_to_come_back(api: Api) -> None:
    let_go = asyncio.Event()

    async def hold(_: Wanted) -> None:
        await let_go.wait()

    async def answered() -> Any:
        key = api.mine.api.headers["authorization"].removeprefix("Bearer ")
        query = {"apikey": key, "code": "any", "format": "json"}
        return await api.mine.api.get("http://rollcall.test/api/live/nmo", params=query)

    held = [asyncio.create_task(api.deps.reports.answer(api.mine.no, hold)) for _ in range(8)]
    await asyncio.sleep(0)
    refused = await answered()
    assert (refused.status_code, refused.headers["retry-after"]) == (200, "10")
    assert refused.json()["Message"] == "8 such answers of this project are being made; wait for one."
    let_go.set()
    await asyncio.gather(*held)
    assert (await answered()).json()["Message"] == "Media not found"
