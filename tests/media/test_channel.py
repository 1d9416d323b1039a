"""The playlist over publish sessions: numbers continue, every session has its init, and memory is bounded."""

import pytest

from rollcall.media import channel
from rollcall.media.boxes import Track
from rollcall.media.channel import KEPT, WINDOW, Channel, Channels
from rollcall.media.packager import Init, Segment

NOW_MS = 1_577_836_800_000 + 1_000_000
TRACKS = (
    Track(1, True, 12_800, "avc1.42c01e", 640, 360, 512, 0),
    Track(2, False, 44_100, "mp4a.40.2", 0, 0, 1024, 0),
)


def segment(number: int, duration_ms: float = 2000, size_bytes: int = 125_000) -> Segment:
    return Segment(bytes([number % 256]) * size_bytes, number * 2000, duration_ms)


def filled(*sessions: int) -> Channel:
    made = Channel(NOW_MS, 6)
    for session, count in enumerate(sessions):
        made.begin(Init(b"init %d" % session, TRACKS))
        for number in range(count):
            made.append(segment(number), NOW_MS + 60_000 * session + 2000 * number, NOW_MS)
    return made


def test_a_playlist_of_two_publish_sessions() -> None:
    assert filled(2, 1).find("live.m3u8") == (
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
    live = (filled(2, WINDOW).find("live.m3u8") or b"").decode().splitlines()
    assert "#EXT-X-DISCONTINUITY-SEQUENCE:8" in live
    assert "#EXT-X-DISCONTINUITY" not in live
    assert "#EXT-X-MEDIA-SEQUENCE:1002" in live


def test_a_session_without_a_segment_leaves_no_gap_in_the_count() -> None:
    assert b"DISCONTINUITY-SEQUENCE:7\n" in (filled(0, 0, 1).find("live.m3u8") or b"")


def test_the_master_playlist_describes_the_variant() -> None:
    assert filled(3).find("index.m3u8") == (
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
    assert made.find(f"{last}.m4s") == segment(KEPT + 3).data
    assert made.find(f"{last - KEPT + 1}.m4s") == segment(4).data
    assert [made.find(name) for name in (f"{last - KEPT}.m4s", f"{last + 1}.m4s", "init-1000.mp4")] == [
        None
    ] * 3
    assert made.find("init-1001.mp4") == b"init 1"


def test_bytes_are_bounded_whatever_the_number_of_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "KEPT_BYTES", 300_000)
    made = filled(10)
    assert [made.find(f"{number}.m4s") is not None for number in (1007, 1008, 1009)] == [False, True, True]


def test_numbers_of_a_restarted_process_are_above_those_before() -> None:
    before = filled(1, 1, KEPT)
    assert before.find("1017.m4s") is not None
    after = Channel(NOW_MS + 40_000, 9)
    after.begin(Init(b"init", TRACKS))
    after.append(segment(0), NOW_MS, NOW_MS)
    assert after.find("1040.m4s") is not None


def test_a_long_distance_of_keyframes_raises_the_target_duration() -> None:
    made = filled(1)
    made.append(segment(1, 8333), NOW_MS, NOW_MS)
    made.append(segment(2), NOW_MS, NOW_MS)
    assert b"#EXT-X-TARGETDURATION:8\n" in (made.find("live.m3u8") or b"")


def test_a_media_silent_for_an_hour_is_forgotten() -> None:
    channels = Channels()
    channels.open("AAAAAAAA", NOW_MS, 0)
    channels.open("BBBBBBBB", NOW_MS + channel.FORGET_AFTER_MS, 1)
    assert channels.get("AAAAAAAA") is None
    assert channels.get("BBBBBBBB") is not None
