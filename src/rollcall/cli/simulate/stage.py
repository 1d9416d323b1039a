"""Prepares the event that simulated people attend: media, participants, sessions with a break, play grants."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rollcall.base.clock import Clock
from rollcall.cli.api_client import BATCH_ROWS, Api, parse_time
from rollcall.cli.simulate.script.values import PersonScript
from rollcall.wire.moments import to_datetime

AT_ONCE = 32
START_DELAY_MS = 1_000
# Of the whole length: two sessions with a break between them, and people on both sides of each border.
SESSIONS_PERCENT = ((5, 15), (20, 97))
CHECK_PERCENT = 24
CHECK_LIFETIME_S = 20


@dataclass(frozen=True, slots=True)
class ServerClock:
    """Server time as read here: the local clock plus what the server's was found to be ahead by."""

    local: Clock
    ahead_ms: int

    def now_ms(self) -> int:
        """Return server time."""
        return self.local.now_ms() + self.ahead_ms


async def read_server_clock(api: Api, media: str) -> ServerClock:
    """Compare clocks by the answer that came back fastest."""
    local, best = Clock(), (1 << 60, 0)
    for _ in range(5):
        before = local.now_ms()
        answer = await api.call("GET", f"/media/{media}/statistics?user_id=sim-00001")
        after = local.now_ms()
        best = min(best, (after - before, parse_time(answer["generated_at"]) - (before + after) // 2))
    return ServerClock(local, best[1])


@dataclass(frozen=True, slots=True)
class Staged:
    """An event and the codes of its media, which are its halls."""

    event: str
    halls: tuple[str, ...]

    def hall(self, number: int) -> str:
        """Return the media of a hall; where there are fewer halls, people sit together."""
        return self.halls[number % len(self.halls)]


async def prepare(api: Api, media: str | None, people: Sequence[PersonScript]) -> Staged:
    """Make an event with as many halls as people want to sit in, or take the media's; put everybody on its list."""
    if media is None:
        wanted = 1 + max((tab.hall for person in people for tab in person.tabs), default=0)
        halls = [await _make_media(api, number) for number in range(1, wanted + 1)]
        made = await api.call("POST", "/events", {"title": "Simulation", "media": halls})
        staged = Staged(made["code"], tuple(halls))
    else:
        staged = Staged((await api.call("GET", f"/media/{media}"))["event"], (media,))
    await _register(api, staged, people)
    return staged


async def _make_media(api: Api, number: int) -> str:
    starts = to_datetime(Clock().now_ms() - 60_000).isoformat()
    body = {"title": f"Simulation, hall {number}", "kind": "live", "starts_at": starts}
    code: str = (await api.call("POST", "/media", body))["code"]
    return code


async def _register(api: Api, staged: Staged, people: Sequence[PersonScript]) -> None:
    made = await api.call("POST", "/lists", {"title": "Simulated participants", "media": staged.halls})
    rows = [{"user_id": person.user_id, "name": person.name} for person in people]
    for start in range(0, len(rows), BATCH_ROWS):
        await api.call("POST", f"/lists/{made['code']}/participants/batch", rows[start : start + BATCH_ROWS])


async def grants(api: Api, wanted: Iterable[tuple[str, str]]) -> list[str]:
    """Launch and redeem once for each media and user ID; the grants come in the same order."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(media: str, user_id: str) -> str:
        async with gate:
            launched = await api.call("POST", f"/media/{media}/launch", {"user_id": user_id})
            return await api.redeem(media, launched["token"])

    return list(await asyncio.gather(*(one(media, user_id) for media, user_id in wanted)))


async def schedule(api: Api, staged: Staged, start_ms: int, length_ms: int) -> None:
    """Cut the time that begins at `start_ms` into sessions with a break in every hall, and plan one check."""
    for hall in staged.halls:
        for number, (begin, end) in enumerate(SESSIONS_PERCENT, 1):
            session = {
                "title": f"Session {number}",
                "starts_at": _time(start_ms + length_ms * begin // 100),
                "ends_at": _time(start_ms + length_ms * end // 100),
            }
            await api.call("POST", f"/media/{hall}/sessions", session)
    check = {"lifetime_s": CHECK_LIFETIME_S, "at": _time(start_ms + length_ms * CHECK_PERCENT // 100)}
    await api.call("POST", f"/media/{staged.halls[0]}/checks", check)


def _time(at_ms: int) -> str:
    return to_datetime(at_ms).isoformat()
