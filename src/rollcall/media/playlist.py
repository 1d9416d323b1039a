"""HLS playlists as text, from values. It knows neither where segments are kept nor who may fetch them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rollcall.media.packager import Init, Segment

TYPE = "application/vnd.apple.mpegurl"


@dataclass(frozen=True, slots=True)
class Listed:
    """A segment with its place: its number, those of its discontinuity and its init, and its wall clock."""

    sequence: int
    discontinuity: int
    init: int
    at_ms: int
    segment: Segment


def render_live(listed: Sequence[Listed], target_s: int) -> bytes:
    """Return the media playlist of these segments (at least one).

    The discontinuity sequence is the first segment's number: publish sessions are counted without gaps, and
    every change of session inside the list is one DISCONTINUITY.
    """
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target_s}",
        f"#EXT-X-MEDIA-SEQUENCE:{listed[0].sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{listed[0].discontinuity}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]
    before: int | None = None
    for item in listed:
        if item.init != before:
            lines += ["#EXT-X-DISCONTINUITY"] if before is not None else []
            lines.append(f'#EXT-X-MAP:URI="init-{item.init}.mp4"')
            before = item.init
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_date_time(item.at_ms)}")
        lines.append(f"#EXTINF:{item.segment.duration_ms / 1000:.3f},")
        lines.append(f"{item.sequence}.m4s")
    return ("\n".join(lines) + "\n").encode()


def render_master(init: Init, listed: Sequence[Listed]) -> bytes:
    """Return the playlist that a player opens: one variant, as its last init describes it."""
    rates = [len(i.segment.data) * 8000 / i.segment.duration_ms for i in listed if i.segment.duration_ms > 0]
    total_ms = sum(item.segment.duration_ms for item in listed)
    average = sum(len(item.segment.data) for item in listed) * 8000 / max(total_ms, 1)
    facts = [f"BANDWIDTH={math.ceil(max(rates, default=1))}", f"AVERAGE-BANDWIDTH={math.ceil(average)}"]
    codecs = [track.codec for track in init.tracks]
    if all(codecs):
        facts.append('CODECS="' + ",".join(filter(None, codecs)) + '"')
    if init.picture is not None:
        facts.append(f"RESOLUTION={init.picture.width}x{init.picture.height}")
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    return ("\n".join([*lines, "#EXT-X-STREAM-INF:" + ",".join(facts), "live.m3u8"]) + "\n").encode()


def _date_time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
