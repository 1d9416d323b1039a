"""Glass to glass: from a clock that is burnt into the picture as it is made to the same clock as Chromium shows it."""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median
from urllib.parse import quote

from bench.result import Result, alone, beside
from rollcall.media.encoder import ffmpeg_path
from tests.browser.stage import player, plays_on, staged
from tests.films import CLOCK, READ_CLOCK, clock_behind_s

LOOKS = 60
SETTLED_S = 15.0
GOP_S = 2


def run() -> list[Result]:
    """Measure with low latency, beside the classic way."""
    low, classic = (asyncio.run(_glass_to_glass(viewers)) for viewers in (300, 0))
    return [
        beside(
            "glass to glass, median", median(low), "s", ("classic HLS", median(classic)), "≤ 2.5 s", less=True
        ),
        alone("glass to glass, worst of 60", max(low), "s", "≤ 2.5 s"),
    ]


async def _glass_to_glass(low_latency_viewers: int) -> list[float]:
    """Return how old the picture was at each look, in seconds."""
    with tempfile.TemporaryDirectory(prefix="rollcall-") as folder:
        async with staged(Path(folder), low_latency_viewers) as stage:
            stage.end_encoder()
            began_s = time.time()
            encoder = await asyncio.create_subprocess_exec(*_command(stage.ingest, began_s))
            try:
                page = await stage.context.new_page()
                await page.goto(f"{stage.site}/?player={quote(await stage.launch('d-1'), safe='')}")
                await plays_on(page)
                await asyncio.sleep(SETTLED_S)
                looks = []
                for _ in range(LOOKS):
                    at_ms, shown_s = await player(page).get_by_test_id("video").evaluate(READ_CLOCK)
                    looks.append(clock_behind_s(at_ms / 1000 - began_s, shown_s))
                    await asyncio.sleep(0.25)
                return looks
            finally:
                encoder.kill()
                await encoder.wait()


def _command(url: str, began_s: float) -> list[str]:
    """Return the encoder's command: each picture says when it was made, in seconds since `began_s`."""
    stamped = f"realtime,setpts='(RTCTIME/1000000-{began_s:.3f})/TB'"
    return [
        *(ffmpeg_path(), "-hide_banner", "-loglevel", "error", "-nostdin"),
        *("-f", "lavfi", "-i", f"color=size=160x90:rate=25,{stamped},{CLOCK}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{GOP_S})", "-f", "flv", url),
    ]
