"""Video files for tests of recordings: plain ones, and ones whose picture says what time it is."""

import subprocess
from pathlib import Path

from rollcall.media.encoder import ffmpeg_path

PLAYABLE = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac")
SECONDS_SHOWN = 43
# Left: the second, five shades each; right: the part of the second that has passed.
CLOCK = "geq=lum='if(lt(X,W/2),16+5*mod(floor(T),43),16+210*(T-floor(T)))':cb=128:cr=128"
# What such a picture says, in seconds: of one that is decoded into a 2 x 1 canvas.
READ_CLOCK = """video => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 18 });
  const at_ms = Date.now();
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, 32, 18);
  const luma = x => { const [r, g, b] = pen.getImageData(x, 9, 1, 1).data; return (r + g + b) / 3; };
  const full = shade => shade * 219 / 255 + 16;
  return [at_ms, Math.round((full(luma(8)) - 16) / 5) + (full(luma(24)) - 16) / 210];
}"""


def film(file: Path, seconds: int, *codecs: str) -> Path:
    """Make a video file with a moving picture and a tone; playable by browsers unless codecs are named."""
    return _made(file, "testsrc2=size=320x180:rate=25", seconds, codecs or PLAYABLE)


def clock_film(file: Path, seconds: int) -> Path:
    """Make a video file whose picture says the time, up to 43 s."""
    return _made(file, f"color=size=160x90:rate=25,{CLOCK}", seconds, PLAYABLE)


def _made(file: Path, picture: str, seconds: int, codecs: tuple[str, ...]) -> Path:
    sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"]
    made = ["-f", "lavfi", "-i", picture, *sound, "-t", str(seconds), *codecs, str(file)]
    subprocess.run([ffmpeg_path(), "-v", "error", "-y", *made], check=True)
    return file


def clock_behind_s(now_s: float, shown_s: float) -> float:
    """Return how far a picture that says `shown_s` is behind `now_s`; it counts 43 s and begins again."""
    return (now_s - shown_s) % SECONDS_SHOWN
