"""What viewers of a recording may fetch when: all of it, or what the clock has shown so far."""

from pathlib import Path

import pytest

from rollcall.media.library import AHEAD_MS, Library
from rollcall.media.playlist import read_durations_ms
from rollcall.media.shelf import Shelf, first_segment
from rollcall.wire.media_link import Shown
from tests.media.live import MEDIA, numbers

STARTS_MS = 1_800_000_000_000
SEGMENTS = 30
FIRST = first_segment(7)


class Viewer:
    """Asks a library on a clock that the test moves; `shows` is what the server says of the media."""

    def __init__(self, folder: Path) -> None:
        shelf = Shelf(folder)
        ready = shelf.ready(MEDIA, 7)
        ready.mkdir(parents=True)
        lines = [f"#EXTINF:4.000000,\n{FIRST + n}.m4s" for n in range(SEGMENTS)]
        ready.joinpath("live.m3u8").write_text("\n".join(["#EXTM3U", *lines, "#EXT-X-ENDLIST"]))
        ready.joinpath("index.m3u8").write_text("#EXTM3U\nlive.m3u8\n")
        ready.joinpath(f"init-{FIRST}.mp4").write_bytes(b"init")
        for n in range(SEGMENTS):
            ready.joinpath(f"{FIRST + n}.m4s").write_bytes(b"segment %d" % n)
        self.now_ms = STARTS_MS
        self.shows: tuple[int | None, int | None] = (7, None)
        self.asked = 0
        self._library = Library(shelf, self._look_up, lambda: self.now_ms)

    async def get(self, name: str) -> bytes | None:
        found = await self._library.find(MEDIA, name)
        return None if found is None else found.data

    async def listed(self) -> list[int]:
        """Return the places of the segments that the playlist lists."""
        playlist = await self.get("live.m3u8")
        return [number - FIRST for number in numbers((playlist or b"").decode())]

    async def has(self, place: int) -> bool:
        return await self.get(f"{FIRST + place}.m4s") == b"segment %d" % place

    async def _look_up(self, media: str) -> Shown | None:
        assert media == MEDIA
        self.asked += 1
        return Shown(id=1, recording=self.shows[0], starts_at_ms=self.shows[1])


@pytest.fixture
def viewer(tmp_path: Path) -> Viewer:
    return Viewer(tmp_path)


async def test_a_recording_is_there_as_a_whole_and_nothing_beside_it(viewer: Viewer) -> None:
    assert await viewer.get("index.m3u8") == await viewer.get("classic.m3u8") == b"#EXTM3U\nlive.m3u8\n"
    assert await viewer.listed() == list(range(SEGMENTS))
    assert await viewer.get(f"init-{FIRST}.mp4") == b"init"
    assert await viewer.has(0)
    assert await viewer.has(SEGMENTS - 1)
    for name in (
        f"{FIRST + SEGMENTS}.m4s",
        f"{FIRST - 1}.m4s",
        "low.m3u8",
        "part-1.m4s",
        "init-1.mp4",
    ):
        assert await viewer.get(name) is None, name


async def test_by_the_clock_everybody_may_have_what_has_been_on_and_nobody_more(viewer: Viewer) -> None:
    viewer.shows = (7, STARTS_MS)
    viewer.now_ms = STARTS_MS - 1
    assert await viewer.get("live.m3u8") is None
    assert not await viewer.has(0)
    for second in range(0, SEGMENTS * 4 + 60, 3):
        viewer.now_ms = STARTS_MS + second * 1000
        begun = min(SEGMENTS, (second * 1000 + AHEAD_MS) // 4000 + 1)
        assert await viewer.listed() == list(range(max(0, begun - 10), begun))
        assert await viewer.has(begun - 1)
        assert begun == SEGMENTS or not await viewer.has(begun)
        playlist = await viewer.get("live.m3u8")
        assert playlist is not None
        assert (b"#EXT-X-ENDLIST" in playlist) == (begun == SEGMENTS)


async def test_a_segment_by_the_clock_carries_the_time_at_which_it_is_on(viewer: Viewer) -> None:
    viewer.shows = (7, STARTS_MS)
    viewer.now_ms = STARTS_MS + 8_000
    playlist = await viewer.get("live.m3u8")
    assert playlist is not None
    dates = [line for line in playlist.decode().splitlines() if "PROGRAM-DATE-TIME" in line]
    assert [date[-10:] for date in dates] == ["00:00.000Z", "00:04.000Z", "00:08.000Z", "00:12.000Z"]


async def test_what_a_media_shows_is_asked_again_after_some_seconds(viewer: Viewer) -> None:
    assert await viewer.has(1)
    assert await viewer.has(2)
    assert viewer.asked == 1
    viewer.shows = (None, None)
    viewer.now_ms += 5_000
    assert not await viewer.has(1)
    assert viewer.asked == 2


def test_durations_add_up_to_the_end_of_the_last_segment() -> None:
    text = "#EXTM3U\n" + "#EXTINF:4.0006,\na\n" * 1000
    assert sum(read_durations_ms(text)) == 4_000_600
