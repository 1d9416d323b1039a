"""One running server for the tests of this folder, with a project of its own for each test."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from rollcall.cli.api_client import Api
from tests.running import RunningServer
from tests.server.player import Player


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Run one server per test process."""
    server = RunningServer(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.stop()


@dataclass(slots=True)
class Event:
    """A project with one media and one list of two doctors."""

    server: RunningServer
    key: str
    api: Api
    media: str
    people: str
    players: list[Player] = field(default_factory=list)

    async def launch(self, user_id: str = "d-1") -> str:
        """Return a fresh launch token."""
        answer = await self.api.call("POST", f"/media/{self.media}/launch", {"user_id": user_id})
        return str(answer["token"])

    async def redeem(self, body: dict[str, Any], media: str | None = None) -> tuple[int, dict[str, Any]]:
        """Redeem as the page does; return status and answer."""
        url = f"{self.server.url}/embed/{media or self.media}/redeem"
        async with self.api.http.post(url, json=body) as answer:
            return answer.status, await answer.json()

    async def player(self, user_id: str = "d-1") -> Player:
        """Return a connected player of this user, with a play of its own."""
        player = await self.granted(user_id)
        await player.connect()
        return player

    async def granted(self, user_id: str = "d-1") -> Player:
        """Return a player of this user that is not connected yet."""
        _, answer = await self.redeem({"token": await self.launch(user_id)})
        player = Player(self.api.http, self.server.url, self.media, answer["grant"])
        self.players.append(player)
        return player

    async def row(self, user_id: str = "d-1") -> dict[str, Any]:
        """Return the statistics row of one user."""
        report = await self.api.call("GET", f"/media/{self.media}/statistics")
        (row,) = [row for row in report["participants"] if row["user_id"] == user_id]
        return dict(row)


async def make_event(server: RunningServer, http: aiohttp.ClientSession, **media: Any) -> Event:
    """Register a project, a live media and a list with two doctors."""
    key = server.command("project", "create", "Академия", "--origin=https://academy.example").split()[-1]
    api = Api(http, server.url, key)
    made = await api.call("POST", "/media", {"title": "Кардиология", "kind": "live", **media})
    people = await api.call("POST", "/lists", {"title": "Слушатели", "media": [made["code"]]})
    for user_id, name in (("d-1", "Анна Иванова"), ("d-2", "Пётр Сидоров")):
        await api.call("PUT", f"/lists/{people['code']}/participants/{user_id}", {"name": name})
    return Event(server, key, api, made["code"], people["code"])


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a client session that ends with the test."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def event(running: RunningServer, http: aiohttp.ClientSession) -> AsyncIterator[Event]:
    """Return an event of signed identity."""
    event = await make_event(running, http)
    yield event
    for player in event.players:
        await player.leave()
