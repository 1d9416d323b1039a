"""Commands of the encoder, ffmpeg: to remux a publish session, to make a recording ready, to make a test picture.

The binary is the one inside the `imageio-ffmpeg` wheel unless the setting ROLLCALL_FFMPEG names another.
"""

# ruff: noqa: PT028 - "test" names the picture here

import os
from pathlib import Path

import imageio_ffmpeg

from rollcall.media.shelf import MASTER, PLAYLIST

FRAGMENT_US = 500_000  # a part of low-latency HLS
SEGMENT_S = 4  # of a recording


def ffmpeg_path() -> str:
    """Return the ffmpeg to run. Raises RuntimeError when there is none."""
    return os.environ.get("ROLLCALL_FFMPEG") or str(imageio_ffmpeg.get_ffmpeg_exe())


def remux_command(ffmpeg: str) -> list[str]:
    """Return the command that turns FLV on its input into fragmented MP4 on its output, nothing re-encoded.

    Probing is short but present: with `-fflags nobuffer` the packets read while probing, and so the first
    keyframe, would be lost. A fragment starts at every keyframe and is never much longer than FRAGMENT_US.
    """
    return [
        *(ffmpeg, "-hide_banner", "-loglevel", "error", "-nostdin"),
        *("-probesize", "64000", "-analyzeduration", "300000", "-f", "flv", "-i", "pipe:0"),
        *("-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy", "-f", "mp4"),
        *("-movflags", "+cmaf+frag_keyframe+default_base_moof+delay_moov+skip_trailer"),
        *("-frag_duration", str(FRAGMENT_US), "-flush_packets", "1", "pipe:1"),
    ]


def test_picture_command(
    url: str,
    *,
    ffmpeg: str | None = None,
    size: str = "640x360",
    gop_s: int = 2,
    seconds: int | None = None,
) -> list[str]:
    """Return the command that publishes a test picture with a running clock and a tone to `url` in real time.

    25 pictures a second, a keyframe every `gop_s`, about 0.5 Mbit/s; some 6 % of a core. Endless without
    `seconds`.
    """
    return [
        *(ffmpeg or ffmpeg_path(), "-hide_banner", "-loglevel", "error", "-nostdin"),
        *("-re", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25"),
        *("-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"),
        *(("-t", str(seconds)) if seconds else ()),
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-threads", "1"),
        *("-g", str(25 * gop_s), "-keyint_min", str(25 * gop_s), "-sc_threshold", "0"),
        *("-pix_fmt", "yuv420p", "-b:v", "450k", "-c:a", "aac", "-b:a", "64k", "-f", "flv", url),
    ]


def recording_command(
    ffmpeg: str, source: Path, into: Path, first: int, *, encode_video: bool, encode_audio: bool
) -> list[str]:
    """Return the command that cuts a file into HLS in the folder `into`, segments numbered from `first`.

    It tells its progress on its output. What every browser plays is copied, anything else becomes H.264 of at most
    1920 pixels, with a keyframe every 2 s, and AAC.
    """
    video = [
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"),
        *(
            "-vf",
            "scale='min(1920,iw)':-2",
            "-force_key_frames",
            "expr:gte(t,n_forced*2)",
            "-sc_threshold",
            "0",
        ),
    ]
    audio = ["-c:a", "aac", "-b:a", "128k", "-ac", "2"]
    return [
        *(ffmpeg, "-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-progress", "pipe:1"),
        *("-i", str(source), "-map", "0:v:0?", "-map", "0:a:0?", "-map_metadata", "-1"),
        *(video if encode_video else ("-c:v", "copy")),
        *(audio if encode_audio else ("-c:a", "copy")),
        *("-f", "hls", "-hls_time", str(SEGMENT_S), "-hls_playlist_type", "vod"),
        *("-hls_segment_type", "fmp4", "-hls_flags", "independent_segments", "-start_number", str(first)),
        *("-hls_fmp4_init_filename", f"init-{first}.mp4", "-hls_segment_filename", str(into / "%d.m4s")),
        *("-master_pl_name", MASTER, str(into / PLAYLIST)),
    ]
