"""`python -m rollcall.media`: the media process, as the server starts it. Prints nothing; logs to stderr.

Exit codes: 0 ended in order, BUSY_PORT when the RTMP port cannot be bound, 1 for any other trouble.
"""

import argparse
import errno
import logging
import signal
import sys
from asyncio import Runner
from pathlib import Path

import uvloop

from rollcall.base.clock import Clock
from rollcall.base.logging import configure
from rollcall.media.child import BUSY_PORT
from rollcall.media.encoder import ffmpeg_path
from rollcall.media.link import LinkError
from rollcall.media.process import Places, run

log = logging.getLogger("rollcall.media")


def main(arguments: list[str]) -> int:
    """Run the media process; returns its exit code."""
    given = _parse(arguments)
    configure(sys.stderr)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server ends us
    places = Places(
        given.link,
        given.http,
        given.rtmp_host,
        given.rtmp_port,
        given.ffmpeg or ffmpeg_path(),
        given.low_latency_viewers,
        given.recordings,
    )
    try:
        with Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(places, Clock()))
    except (OSError, LinkError) as error:
        log.critical("%s", error)
        return BUSY_PORT if getattr(error, "errno", 0) in {errno.EADDRINUSE, errno.EACCES} else 1
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m rollcall.media")
    parser.add_argument("--link", type=Path, required=True, help="Unix socket of the server")
    parser.add_argument("--http", type=Path, required=True, help="Unix socket to answer HTTP on")
    parser.add_argument("--rtmp-host", default="127.0.0.1")
    parser.add_argument("--rtmp-port", type=int, default=1935)
    parser.add_argument("--ffmpeg", help="the ffmpeg to run instead of the packaged one")
    parser.add_argument("--low-latency-viewers", type=int, default=300)
    parser.add_argument("--recordings", type=Path, required=True, help="folder of recordings")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
