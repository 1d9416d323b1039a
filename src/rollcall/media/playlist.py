"""HLS playlists as text, from values, and how long the segments of one last.

It knows neither where segments are kept nor who may fetch them.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from rollcall.media.packager import Init, Part, Segment

TYPE = "application/vnd.apple.mpegurl"
PART_TARGET_MS = 550  # what encoders' frame rates make of half a second; longer when a part was longer
SEGMENTS_WITH_PARTS = 3
_DURATION = re.compile(r"^#EXTINF:([0-9]+\.?[0-9]*),", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a segment stands: its number, those of its discontinuity, init and first part, and its wall clock."""

    sequence: int
    discontinuity: int
    init: int
    first_part: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A segment with its place."""

    place: Place
    segment: Segment


@dataclass(frozen=True, slots=True)
class Making:
    """The segment that is being made: its place and the parts that it has so far."""

    place: Place
    parts: Sequence[Part]


def render_live(listed: Sequence[Listed], target_s: int, *, is_over: bool = False) -> bytes:
    """Return the media playlist of these segments (at least one); `is_over`: no others follow."""
    end = ["#EXT-X-ENDLIST"] if is_over else []
    return _text([*_head(7, listed[0].place, target_s), *_segments(listed), *end])


def render_low_latency(
    listed: Sequence[Listed], making: Making | None, target_s: int, part_target_ms: float, next_part: int
) -> bytes:
    """Return the same with the parts of the last segments and of the one that is being made.

    Parts are counted without regard to segments, so that the hint of the next one holds whether a segment ends or not.
    """
    part_s = part_target_ms / 1000
    lines = _head(9, listed[0].place, target_s)
    lines.append(f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK={3 * part_s:.3f}")
    lines.append(f"#EXT-X-PART-INF:PART-TARGET={part_s:.3f}")
    lines += _segments(listed, with_parts=SEGMENTS_WITH_PARTS)
    if making is not None:
        lines += _opening(making.place, listed[-1].place.init)
        lines += _parts(making.place, making.parts)
    lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-{next_part}.m4s"')
    return _text(lines)


def render_master(init: Init, listed: Sequence[Listed], playlist: str) -> bytes:
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
    return _text([*lines, "#EXT-X-STREAM-INF:" + ",".join(facts), playlist])


def read_durations_ms(text: str) -> list[int]:
    """Return the durations of a media playlist's segments; their sum is rounded, so their ends are too, not each."""
    ends_ms = [round(end_s * 1000) for end_s in accumulate(float(said) for said in _DURATION.findall(text))]
    return [end_ms - before_ms for before_ms, end_ms in zip([0, *ends_ms], ends_ms, strict=False)]


def _head(version: int, first: Place, target_s: int) -> list[str]:
    """Return the head of a media playlist.

    The discontinuity sequence is the first segment's number: publish sessions are counted without gaps, and every
    change of session inside the list is one DISCONTINUITY.
    """
    return [
        "#EXTM3U",
        f"#EXT-X-VERSION:{version}",
        f"#EXT-X-TARGETDURATION:{target_s}",
        f"#EXT-X-MEDIA-SEQUENCE:{first.sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{first.discontinuity}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
    ]


def _segments(listed: Sequence[Listed], with_parts: int = 0) -> list[str]:
    lines: list[str] = []
    before: int | None = None
    for number, item in enumerate(listed):
        lines += _opening(item.place, before)
        before = item.place.init
        if number >= len(listed) - with_parts:
            lines += _parts(item.place, item.segment.parts)
        lines.append(f"#EXTINF:{item.segment.duration_ms / 1000:.3f},")
        lines.append(f"{item.place.sequence}.m4s")
    return lines


def _opening(place: Place, init_before: int | None) -> list[str]:
    lines: list[str] = []
    if place.init != init_before:
        lines += ["#EXT-X-DISCONTINUITY"] if init_before is not None else []
        lines.append(f'#EXT-X-MAP:URI="init-{place.init}.mp4"')
    return [*lines, f"#EXT-X-PROGRAM-DATE-TIME:{_date_time(place.at_ms)}"]


def _parts(place: Place, parts: Sequence[Part]) -> Iterable[str]:
    for number, part in enumerate(parts, place.first_part):
        independent = ",INDEPENDENT=YES" if part.independent else ""
        yield f'#EXT-X-PART:DURATION={part.duration_ms / 1000:.3f},URI="part-{number}.m4s"{independent}'


def _text(lines: Sequence[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _date_time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
