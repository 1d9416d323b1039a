"""`python -m rollcall.media.probe FILE`: what a video file holds, as one line of JSON.

It reads every packet and decodes none, so that a file which breaks off is found out before anybody watches it. It runs
in a process of its own: a file may be anything, and must not take the picture of others with it.
"""

import sys
from pathlib import Path

import av
import av.error
import msgspec
from av.stream import Stream


class Facts(msgspec.Struct, frozen=True):
    """What a file holds. `longest_gop_ms`: between keyframes; codecs by ffmpeg's names, None without such a track."""

    duration_ms: int
    video: str | None
    pixels: str | None
    width: int
    height: int
    longest_gop_ms: int
    audio: str | None


class NoRecording(Exception):
    """Raised with a sentence when a file cannot be played by anything."""


def probe(path: Path) -> Facts:
    """Return the facts of a file; raises NoRecording."""
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            video = next((s for s in container.streams.video if not _is_cover(s)), None)
            audio = next(iter(container.streams.audio), None)
            if video is None and audio is None:
                raise NoRecording("There is neither picture nor sound in this file.")
            led: Stream = video or audio  # type: ignore[assignment]
            begin_s, end_s, gop_s = _measured(container, led)
            return Facts(
                duration_ms=round((end_s - begin_s) * 1000),
                video=video.codec_context.name if video else None,
                pixels=video.codec_context.pix_fmt if video else None,
                width=video.codec_context.width if video else 0,
                height=video.codec_context.height if video else 0,
                longest_gop_ms=round(gop_s * 1000) if video else 0,
                audio=audio.codec_context.name if audio else None,
            )
    except (av.error.FFmpegError, OSError) as error:
        raise NoRecording("This is no video file that can be read.") from error


def _is_cover(stream: Stream) -> bool:
    """Tell whether a track is a picture on the cover of a sound file."""
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _measured(container: av.container.InputContainer, stream: Stream) -> tuple[float, float, float]:
    """Return first and last moment of a track and the longest distance of its keyframes, in seconds."""
    begin = end = key = None
    longest = 0.0
    for packet in container.demux(stream):
        if packet.pts is None or packet.time_base is None:
            continue
        at_s = float(packet.pts * packet.time_base)
        until_s = at_s + float((packet.duration or 0) * packet.time_base)
        begin = at_s if begin is None else min(begin, at_s)
        end = until_s if end is None else max(end, until_s)
        if packet.is_keyframe:
            longest = max(longest, at_s - (at_s if key is None else key))
            key = at_s
    if begin is None or end is None or end <= begin:
        raise NoRecording("There is nothing to play in this file.")
    return begin, end, max(longest, end - (begin if key is None else key))


def main(arguments: list[str]) -> int:
    """Print the facts and return 0, or a sentence and 1."""
    try:
        sys.stdout.write(msgspec.json.encode(probe(Path(arguments[0]))).decode())
    except NoRecording as error:
        sys.stdout.write(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
