"""The figures of a signal."""

from rollcall.media.flv import AUDIO, VIDEO, Tag
from rollcall.media.meter import Meter


def test_rates_and_distance_of_keyframes() -> None:
    meter = Meter()
    for number in range(251):
        head = b"\x17\x01" if number % 50 == 0 else b"\x27\x01"
        meter.take(Tag(VIDEO, number * 40, head + bytes(2498)), number * 40)
        meter.take(Tag(AUDIO, number * 40, b"\xaf\x01" + bytes(98)), number * 40)
    assert (meter.bitrate_kbps(10_000), meter.frame_rate(10_000), meter.gop_ms()) == (524, 25.2, 2000)


def test_a_keyframe_that_does_not_come_counts_already() -> None:
    meter = Meter()
    for number in range(200):
        meter.take(Tag(VIDEO, number * 40, b"\x17\x01" if number == 0 else b"\x27\x01"), number * 40)
    assert meter.gop_ms() == 199 * 40


def test_nothing_has_no_rate() -> None:
    assert (Meter().bitrate_kbps(0), Meter().frame_rate(0), Meter().gop_ms()) == (0, 0.0, 0)
