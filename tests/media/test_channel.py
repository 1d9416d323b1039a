"""The playlist over publish sessions: numbers continue, every session has its init, and memory is bounded."""

import asyncio

import pytest

from rollcall.media import channel
from rollcall.media.boxes import Track
from rollcall.media.channel import KEPT, WINDOW, Channel, Channels, Wanted
from rollcall.media.packager import Init, Part

NOW_MS = 1_577_836_800_000 + 1_000_000
TRACKS = (
    Track(1, True, 12_800, "avc1.42c01e", 640, 360, 512, 0),
    Track(2, False, 44_100, "mp4a.40.2", 0, 0, 1024, 0),
)


def part(
    number: int,
    duration_ms: float = 2000,
    size_bytes: int = 125_000,
    *,
    start_ms: float = 0,
    opens: bool = True,
) -> Part:
    return Part(bytes([number % 256]) * size_bytes, start_ms, duration_ms, independent=opens, opens=opens)


def filled(*sessions: int) -> Channel:
    made = Channel(NOW_MS, 6)
    for session, count in enumerate(sessions):
        made.begin(Init(b"init %d" % session, TRACKS))
        for number in range(count):
            made.append(part(number), NOW_MS + 60_000 * session + 2000 * number, NOW_MS)
        made.end()
    return made


def halves(segments: int, more: int = 0) -> Channel:
    """Return a channel of segments of four parts each, and some parts of the next one."""
    made = Channel(NOW_MS, 6)
    made.begin(Init(b"init", TRACKS))
    for number in range(4 * segments + more):
        opens = number % 4 == 0
        made.append(part(number, 500, 10, start_ms=500 * number, opens=opens), NOW_MS + 500 * number, NOW_MS)
    return made


def text(made: Channel, name: str) -> str:
    found = made.find(name)
    return "" if found is None else found.data.decode()


def test_a_playlist_of_two_publish_sessions() -> None:
    assert text(filled(2, 1), "live.m3u8").encode() == (
        b"#EXTM3U\n"
        b"#EXT-X-VERSION:7\n"
        b"#EXT-X-TARGETDURATION:2\n"
        b"#EXT-X-MEDIA-SEQUENCE:1000\n"
        b"#EXT-X-DISCONTINUITY-SEQUENCE:7\n"
        b"#EXT-X-INDEPENDENT-SEGMENTS\n"
        b'#EXT-X-MAP:URI="init-1000.mp4"\n'
        b"#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:16:40.000Z\n"
        b"#EXTINF:2.000,\n"
        b"1000.m4s\n"
        b"#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:16:42.000Z\n"
        b"#EXTINF:2.000,\n"
        b"1001.m4s\n"
        b"#EXT-X-DISCONTINUITY\n"
        b'#EXT-X-MAP:URI="init-1002.mp4"\n'
        b"#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:17:40.000Z\n"
        b"#EXTINF:2.000,\n"
        b"1002.m4s\n"
    )


def test_the_discontinuity_sequence_grows_as_sessions_leave_the_window() -> None:
    live = text(filled(2, WINDOW), "live.m3u8").splitlines()
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:8" in live
    assert "#EXT-X-DISCONTINUITY" not in live
    assert "#EXT-X-MEDIA-SEQUENCE:1002" in live


def test_a_session_without_a_segment_leaves_no_gap_in_the_count() -> None:
    assert "DISCONTINUITY-SEQUENCE:7\n" in text(filled(0, 0, 1), "live.m3u8")


def test_the_master_playlist_describes_the_variant() -> None:
    assert filled(3).master("live.m3u8") == (
        b"#EXTM3U\n"
        b"#EXT-X-VERSION:7\n"
        b"#EXT-X-INDEPENDENT-SEGMENTS\n"
        b"#EXT-X-STREAM-INF:BANDWIDTH=500000,AVERAGE-BANDWIDTH=500000,"
        b'CODECS="avc1.42c01e,mp4a.40.2",RESOLUTION=640x360\n'
        b"live.m3u8\n"
    )


def test_segments_and_inits_are_kept_a_little_longer_than_listed() -> None:
    made = filled(1, KEPT + 4)
    last = 1000 + KEPT + 4
    assert made.find(f"{last}.m4s") == (part(KEPT + 3).data, last)
    assert made.find(f"{last - KEPT + 1}.m4s") == (part(4).data, last - KEPT + 1)
    assert [made.find(name) for name in (f"{last - KEPT}.m4s", f"{last + 1}.m4s", "init-1000.mp4")] == [
        None
    ] * 3
    assert made.find("init-1001.mp4") == (b"init 1", None)


def test_bytes_are_bounded_whatever_the_number_of_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "KEPT_BYTES", 300_000)
    made = filled(10)
    assert [made.find(f"{number}.m4s") is not None for number in (1007, 1008, 1009)] == [False, True, True]


def test_numbers_of_a_restarted_process_are_above_those_before() -> None:
    before = filled(1, 1, KEPT)
    assert before.find("1017.m4s") is not None
    after = Channel(NOW_MS + 40_000, 9)
    after.begin(Init(b"init", TRACKS))
    after.append(part(0), NOW_MS, NOW_MS)
    after.end()
    assert after.find("1040.m4s") is not None


def test_a_long_distance_of_keyframes_raises_the_target_duration() -> None:
    made = filled(1)
    made.append(part(1, 8333), NOW_MS, NOW_MS)
    made.append(part(2), NOW_MS, NOW_MS)
    assert "#EXT-X-TARGETDURATION:8\n" in text(made, "live.m3u8")


def test_a_media_silent_for_an_hour_is_forgotten() -> None:
    channels = Channels()
    channels.open("AAAAAAAA", NOW_MS, 0)
    channels.open("BBBBBBBB", NOW_MS + channel.FORGET_AFTER_MS, 1)
    assert channels.get("AAAAAAAA") is None
    assert channels.get("BBBBBBBB") is not None


def test_a_low_latency_playlist_has_the_parts_of_what_is_new_and_of_what_is_being_made() -> None:
    low = text(halves(4, 2), "low.m3u8").splitlines()
    assert low[:8] == [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-MEDIA-SEQUENCE:1000",
        "#EXT-X-DISCONTINUITY-SEQUENCE:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.650",
        "#EXT-X-PART-INF:PART-TARGET=0.550",
    ]
    assert low[8:12] == [
        '#EXT-X-MAP:URI="init-1000.mp4"', "#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:16:40.000Z", "#EXTINF:2.000,",
        "1000.m4s",
    ]  # fmt: skip
    assert low[12:14] == [
        "#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:16:42.000Z",
        '#EXT-X-PART:DURATION=0.500,URI="part-8004.m4s",INDEPENDENT=YES',
    ]
    assert low[-4:] == [
        "#EXT-X-PROGRAM-DATE-TIME:2020-01-01T00:16:48.000Z",
        '#EXT-X-PART:DURATION=0.500,URI="part-8016.m4s",INDEPENDENT=YES',
        '#EXT-X-PART:DURATION=0.500,URI="part-8017.m4s"',
        '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-8018.m4s"',
    ]
    assert sum(line.startswith("#EXT-X-PART:") for line in low) == 3 * 4 + 2
    assert "1004.m4s" not in low
    assert "PART" not in text(halves(4, 2), "live.m3u8")


def test_parts_are_the_bytes_of_their_segments_and_the_first_counts_as_the_segment() -> None:
    made = halves(2, 1)
    parts = [made.find(f"part-{number}.m4s") for number in range(8000, 8009)]
    whole = b"".join(found.data for found in parts[:4] if found)
    assert made.find("1000.m4s") == (whole, 1000)
    assert [found and found.segment for found in parts] == [1000, *[None] * 3, 1001, *[None] * 3, 1002]
    assert made.find("part-8009.m4s") is None
    assert made.next_part == 8009
    kept = halves(KEPT)
    assert kept.find("part-8000.m4s") is None
    assert kept.find("1000.m4s") is not None


def test_a_session_that_ends_leaves_a_whole_segment_and_the_next_begins_another() -> None:
    made = halves(1, 2)
    made.end()
    assert "#EXTINF:1.000,\n1001.m4s\n#EXT-X-PRELOAD-HINT" in text(made, "low.m3u8")
    made.begin(Init(b"again", TRACKS))
    made.append(part(9, 500, 10), NOW_MS + 9_000, NOW_MS)
    assert '#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI="init-1002.mp4"' in text(made, "low.m3u8")
    assert text(made, "low.m3u8").count("part-8006.m4s") == 1


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        (Wanted(1000, None), True),
        (Wanted(1001, 0), True),
        (Wanted(1001, 1), True),
        (Wanted(1001, 2), False),
        (Wanted(1001, None), False),
        (Wanted(1000, 9), True),  # its segment never had it: what comes then is in the next one
        (Wanted(1002, 0), False),
    ],
)
async def test_a_playlist_is_as_new_as_wanted_or_is_waited_for(wanted: Wanted, holds: bool) -> None:
    made = halves(1, 2)
    assert made.holds(wanted) is holds
    waiting = asyncio.create_task(made.wait_until(lambda: made.holds(wanted), 60))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert waiting.done() is holds
    for number in range(6, 13):
        made.append(part(number, 500, 10, start_ms=500 * number, opens=number % 4 == 0), NOW_MS, NOW_MS)
    assert await waiting


async def test_nobody_waits_for_ever() -> None:
    made = halves(1)
    assert not await made.wait_until(lambda: made.holds(Wanted(1001, 3)), 0.01)
    assert made.may_come(Wanted(1002, 0))
    assert not made.may_come(Wanted(1004, 0))
