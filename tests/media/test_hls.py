"""Who may fetch what: the grid of tokens and paths, asked of the app itself."""

import asyncio
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rollcall.domain.ids import MediaCode, PlayId
from rollcall.domain.path_token import sign
from rollcall.media.boxes import Track
from rollcall.media.channel import Channels
from rollcall.media.fetches import Fetches
from rollcall.media.hls import Patience, create_app
from rollcall.media.library import Library
from rollcall.media.packager import Init, Part
from rollcall.media.shelf import Shelf
from rollcall.wire.media_link import Fetched, Shown

KEY = b"k" * 32
MEDIA, OTHER = MediaCode("AbCdEf23"), MediaCode("ZyXwVu98")
PLAY, REVOKED = PlayId("playplayplay"), PlayId("gonegonegone")
NOW_S = 1_800_000_000
FIRST = NOW_S - 1_577_836_800
GOOD = sign(KEY, MEDIA, PLAY, NOW_S + 60)
FILES = ["index.m3u8", "live.m3u8", f"init-{FIRST}.mp4", f"{FIRST}.m4s"]


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


def picture(media: str) -> Part:
    return Part(f"picture of {media}".encode(), 0, 2000, independent=True, opens=True)


async def _shows_nothing(_media: str) -> Shown | None:
    return None


class Player:
    """Asks the app with two media on air, of which the second's bytes must never leak to a wrong token."""

    def __init__(self) -> None:
        channels, self.fetches, self.revoked = Channels(), Fetches(), {REVOKED}
        for media in (MEDIA, OTHER):
            channel = channels.open(media, NOW_S * 1000, 0)
            channel.begin(Init(f"init of {media}".encode(), (Track(1, True, 1000, None, 2, 2, 0, 0),)))
            channel.append(picture(media), NOW_S * 1000, NOW_S * 1000)
            channel.end()
        self.channel, self.patience = channels.open(MEDIA, NOW_S * 1000, 0), Patience(2)
        library = Library(Shelf(Path("/nowhere")), _shows_nothing, lambda: NOW_S * 1000)
        self.app = create_app(
            channels, library, self.fetches, KEY, self.revoked, lambda: NOW_S * 1000, self.patience
        )

    async def ask(self, path: str, method: str = "GET") -> Answer:
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        raw_path, _, query = path.encode("latin-1").partition(b"?")
        scope = {"type": "http", "method": method, "raw_path": raw_path, "query_string": query}
        await self.app(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], headers, sent[1]["body"])


@pytest.fixture
def player() -> Player:
    return Player()


async def test_a_good_token_gets_everything_of_its_media(player: Player) -> None:
    answers = [await player.ask(f"/hls/{GOOD}/{MEDIA}/{name}") for name in FILES]
    assert [answer.status for answer in answers] == [200] * 4
    assert [answer.body for answer in answers[2:]] == [b"init of AbCdEf23", b"picture of AbCdEf23"]
    immutable = "public, max-age=31536000, immutable"
    assert [a.headers["cache-control"] for a in answers] == ["no-cache", "no-cache", immutable, immutable]
    assert {a.headers["referrer-policy"] for a in answers} == {"no-referrer"}
    assert {a.headers["x-content-type-options"] for a in answers} == {"nosniff"}


@pytest.mark.parametrize("name", [*FILES, "nonsense.txt"])
@pytest.mark.parametrize(
    "path",
    [
        f"/hls/{sign(KEY, MEDIA, PLAY, NOW_S)}/{MEDIA}/",
        f"/hls/{sign(KEY, OTHER, PLAY, NOW_S + 60)}/{MEDIA}/",
        f"/hls/{GOOD}/{OTHER}/",
        f"/hls/{sign(KEY, MEDIA, REVOKED, NOW_S + 60)}/{MEDIA}/",
        f"/hls/{sign(b'x' * 32, MEDIA, PLAY, NOW_S + 60)}/{MEDIA}/",
        f"/hls/{GOOD[:-1]}/{MEDIA}/",
        f"/hls/{GOOD.upper()}/{MEDIA}/",
        f"/hls/9{GOOD}/{MEDIA}/",
        f"/hls/x/{MEDIA}/",
        f"/hls/{GOOD}/{MEDIA}/..%2f{OTHER}/",
        f"/hls/{GOOD}/{MEDIA}/..%2F..%2F{GOOD}/{OTHER}/",
        f"/hls/{GOOD}/{MEDIA}%2f..%2f{OTHER}/",
        f"/hls/{GOOD}/{MEDIA}/%2e%2e/{OTHER}/",
        f"/hls/{GOOD}/{MEDIA}/../{OTHER}/",
        f"/hls/{GOOD}/../{GOOD}/{OTHER}/",
        f"/hls/{GOOD}/{MEDIA}/..\\{OTHER}\\",
        f"/hls/{GOOD}//{MEDIA}/",
        f"/hls/{GOOD}/{MEDIA}%00/",
        f"/hls/{GOOD}/AbCdEf2\xb3/",
        f"/hls/{GOOD}/{MEDIA}\n/",
    ],
    ids=[
        *(
            "expired",
            "other's token",
            "other's path",
            "revoked",
            "forged",
            "cut",
            "upper case",
            "later expiry",
        ),
        *("no token", "..%2f", "..%2F twice", "%2f", "%2e%2e", "..", ".. in front", "backslash"),
        *("double slash", "zero byte", "not ASCII", "new line"),
    ],
)
async def test_everything_else_is_refused_and_nothing_leaks(player: Player, path: str, name: str) -> None:
    answer = await player.ask(path + name)
    assert answer.status == 403
    assert b"of ZyXwVu98" not in answer.body
    assert b"of AbCdEf23" not in answer.body
    assert answer.headers["cache-control"] == "no-store"


async def test_a_play_revoked_between_two_segments_gets_no_more(player: Player) -> None:
    segment = f"/hls/{GOOD}/{MEDIA}/{FIRST}.m4s"
    before = await player.ask(segment)
    player.revoked.add(PLAY)
    assert (before.status, (await player.ask(segment)).status) == (200, 403)


@pytest.mark.parametrize(
    "path",
    [
        f"/hls/{GOOD}/{MEDIA}/nonsense.txt",
        f"/hls/{GOOD}/{MEDIA}/{FIRST + 1}.m4s",
        f"/hls/{GOOD}/{MEDIA}/init-1.mp4",
        f"/hls/{GOOD}/{MEDIA}/",
        f"/hls/{GOOD}/{MEDIA}/live.m3u8/more",
        "/hls",
        "/",
    ],
)
async def test_what_does_not_exist(player: Player, path: str) -> None:
    assert (await player.ask(path)).status == 404


async def test_a_media_without_a_picture_says_so(player: Player) -> None:
    silent = MediaCode("Silent23")
    answer = await player.ask(f"/hls/{sign(KEY, silent, PLAY, NOW_S + 60)}/{silent}/index.m3u8")
    assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json")
    assert b'"code": "no_picture"' in answer.body


async def test_methods(player: Player) -> None:
    head = await player.ask(f"/hls/{GOOD}/{MEDIA}/{FIRST}.m4s", "HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, "19", b"")
    post = await player.ask(f"/hls/{GOOD}/{MEDIA}/{FIRST}.m4s", "POST")
    assert (post.status, post.headers["allow"]) == (405, "GET, HEAD")


async def test_fetched_segments_are_counted_by_play(player: Player) -> None:
    for name in [*FILES, FILES[-1], "1.m4s"]:
        await player.ask(f"/hls/{GOOD}/{MEDIA}/{name}")
    await player.ask(f"/hls/{GOOD}/{MEDIA}/{FIRST}.m4s", "HEAD")
    assert list(player.fetches.take()) == [Fetched(media=MEDIA, plays={PLAY: (2, FIRST)})]
    assert list(player.fetches.take()) == []


LOW = f"/hls/{GOOD}/{MEDIA}/low.m3u8"


async def test_a_player_waits_for_the_playlist_and_the_part_that_come_next(player: Player) -> None:
    index = await player.ask(f"/hls/{GOOD}/{MEDIA}/index.m3u8")
    assert index.body.endswith(b"\nlow.m3u8\n")
    part = player.channel.next_part
    reload = asyncio.create_task(player.ask(f"{LOW}?_HLS_msn={FIRST + 1}&_HLS_part=0"))
    hinted = asyncio.create_task(player.ask(f"/hls/{GOOD}/{MEDIA}/part-{part}.m4s"))
    while player.patience.waiting < 2:
        await asyncio.sleep(0)
    assert (await player.ask(f"/hls/{GOOD}/{MEDIA}/index.m3u8")).body.endswith(b"\nlive.m3u8\n")
    player.channel.append(picture("next"), NOW_S * 1000, NOW_S * 1000)
    assert f'URI="part-{part}.m4s"'.encode() in (await reload).body
    assert (await hinted).body == b"picture of next"
    assert player.patience.waiting == 0
    assert list(player.fetches.take()) == [Fetched(media=MEDIA, plays={PLAY: (1, FIRST + 1)})]


async def test_a_player_that_asks_for_the_classic_way_gets_it(player: Player) -> None:
    answer = await player.ask(f"/hls/{GOOD}/{MEDIA}/classic.m3u8")
    assert (answer.status, answer.body.endswith(b"\nlive.m3u8\n")) == (200, True)


@pytest.mark.parametrize(
    "query",
    ["_HLS_part=1", "_HLS_msn=x", f"_HLS_msn={FIRST}&_HLS_part=-1", f"_HLS_msn={FIRST + 4}", "_HLS_msn="],
)
async def test_what_no_player_asks_for_is_refused_at_once(player: Player, query: str) -> None:
    assert (await player.ask(f"{LOW}?{query}")).status == 400


async def test_what_is_there_is_answered_at_once_and_what_is_gone_is_not_waited_for(player: Player) -> None:
    assert (await player.ask(f"{LOW}?_HLS_msn={FIRST}")).status == 200
    assert (await player.ask(f"{LOW}?_HLS_skip=YES")).status == 200
    assert (await player.ask(f"/hls/{GOOD}/{MEDIA}/part-{player.channel.next_part + 1}.m4s")).status == 404


async def test_a_play_that_is_revoked_while_it_waits_gets_nothing(player: Player) -> None:
    waiting = asyncio.create_task(player.ask(f"{LOW}?_HLS_msn={FIRST + 1}&_HLS_part=0"))
    while player.patience.waiting < 1:
        await asyncio.sleep(0)
    player.revoked.add(PLAY)
    player.channel.append(picture("next"), NOW_S * 1000, NOW_S * 1000)
    assert (await waiting).status == 403


async def test_the_past_is_there_only_where_viewers_may_go_back(player: Player, tmp_path: Path) -> None:
    at = f"/hls/{GOOD}/{MEDIA}"
    for name in ("rewind-60.m3u8", "back-60.m3u8"):
        assert (await player.ask(f"{at}/{name}")).status == 404
    player.channel.reach_back(tmp_path, 600)
    player.channel.begin(Init(b"init", (Track(1, True, 1000, None, 2, 2, 0, 0),)))
    began_ms = (NOW_S - 100) * 1000
    for number in range(20):
        part = Part(b"%d" % number, 0, 2_000, independent=True, opens=True)
        player.channel.append(part, began_ms + 2_000 * number, began_ms)
    player.channel.end()
    assert player.channel.rewind is not None
    await player.channel.rewind.settle()
    led = await player.ask(f"{at}/rewind-80.m3u8")
    assert (led.status, b"back-80.m3u8" in led.body, led.headers["cache-control"]) == (200, True, "no-cache")
    assert b"back-94.m3u8" in (await player.ask(f"{at}/rewind-9999.m3u8")).body
    past = await player.ask(f"{at}/back-80.m3u8")
    assert (past.status, past.body.count(b"#EXTINF")) == (200, 10)
    first = past.body.split(b".m4s")[0].rpartition(b"\n")[2].decode()
    assert (await player.ask(f"{at}/{first}.m4s")).body == b"0"
    other = f"/hls/{sign(KEY, OTHER, PLAY, NOW_S + 60)}/{OTHER}"
    for name in ("rewind-80.m3u8", "back-80.m3u8", f"{first}.m4s"):
        assert (await player.ask(f"{other}/{name}")).status == 404
        assert (await player.ask(f"{other.replace(OTHER, MEDIA)}/{name}")).status == 403
