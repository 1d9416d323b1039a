"""The past of a broadcast: playlists as they were, files that stay as long as they can be wanted, and no longer."""

import re
from datetime import datetime
from pathlib import Path

from rollcall.media.boxes import Track
from rollcall.media.channel import Channel
from rollcall.media.packager import Init, Part
from rollcall.media.rewind import MARGIN_MS, Rewind
from tests.media.live import numbers

NOW_MS = 1_795_392_000_000
TRACKS = (Track(1, True, 12_800, "avc1.42c01e", 640, 360, 512, 0),)


async def broadcast(folder: Path, segments: int, reach_s: int = 600) -> tuple[Channel, Rewind]:
    """Return a channel with so many segments of 2 s in two publish sessions, the second half a minute later."""
    made = Channel(NOW_MS, 0)
    made.reach_back(folder, reach_s)
    at_ms = NOW_MS
    for session in range(2):
        made.begin(Init(b"init %d" % session, TRACKS))
        for number in range(segments // 2):
            data = b"%d of %d" % (number, session)
            made.append(Part(data, 0, 2_000, independent=True, opens=True), at_ms, at_ms)
            at_ms += 2_000
        made.end()
        at_ms += 30_000
    assert made.rewind is not None
    await made.rewind.settle()
    return made, made.rewind


def last_ends_ms(playlist: str) -> float:
    date = re.findall(r"DATE-TIME:(\S+)Z", playlist)[-1]
    return datetime.fromisoformat(date + "+00:00").timestamp() * 1000 + 2_000


async def test_whoever_is_behind_gets_what_viewers_got_then(tmp_path: Path) -> None:
    made, rewind = await broadcast(tmp_path / "past", 60)
    now_ms = NOW_MS + 60 * 2_000 + 30_000
    for behind_s in (5, 20, 58, 100):
        told = (rewind.playlist(behind_s, now_ms) or b"").decode()
        assert 0 <= now_ms - behind_s * 1000 - last_ends_ms(told) < 32_000
        for number in numbers(told):
            kept = await rewind.read(f"{number}.m4s")
            assert kept is not None
        assert len(numbers(told)) == 10
    over_the_break = (rewind.playlist(50, now_ms) or b"").decode()
    assert over_the_break.count("#EXT-X-DISCONTINUITY\n") == 1
    inits = re.findall(r'MAP:URI="(init-[0-9]+\.mp4)"', over_the_break)
    assert [await rewind.read(init) for init in inits] == [b"init 0", b"init 1"]
    first = numbers((rewind.playlist(148, now_ms) or b"").decode())[0]
    assert await rewind.read(f"{first}.m4s") == b"0 of 0"
    assert made.find(f"{first}.m4s") is None  # long gone from memory


async def test_nobody_is_led_to_where_nothing_is(tmp_path: Path) -> None:
    _, rewind = await broadcast(tmp_path / "past", 60)
    now_ms = NOW_MS + 60 * 2_000 + 30_000
    assert rewind.playlist(200, now_ms) is None
    reachable_s = rewind.reachable_s(5_000, now_ms)
    assert reachable_s == 150 - 3 * 2
    assert len(numbers((rewind.playlist(reachable_s, now_ms) or b"").decode())) == 3
    assert rewind.reachable_s(60, now_ms) == 60
    assert Rewind(tmp_path / "new", 600).reachable_s(60, now_ms) is None


async def test_what_nobody_can_want_any_more_leaves_the_disk(tmp_path: Path) -> None:
    folder = tmp_path / "past"
    made, rewind = await broadcast(folder, 200, reach_s=100)
    kept = {int(file.stem) for file in folder.glob("[0-9]*.m4s")}
    assert (100_000 + MARGIN_MS) // 2_000 - 15 <= len(kept) <= (100_000 + MARGIN_MS) // 2_000 + 2
    assert {file.read_bytes() for file in folder.glob("init-*")} == {b"init 1"}
    assert rewind.reachable_s(5_000, NOW_MS + 200 * 2_000 + 30_000) == 100
    made.reach_back(folder, 0)
    assert made.rewind is None
    await rewind.settle()
    assert not folder.exists()


async def test_a_disk_that_takes_nothing_costs_the_past_and_not_the_broadcast(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"no folder")
    made, rewind = await broadcast(blocked / "past", 20)
    assert rewind.playlist(5, NOW_MS + 70_000) is None
    assert len(numbers((made.find("live.m3u8") or made).data.decode())) == 10  # type: ignore[union-attr]
