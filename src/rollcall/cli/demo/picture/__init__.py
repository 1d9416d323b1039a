"""What the demo broadcasts: a lecture's slides in turn, a cardiogram that runs in the corner, and a heart beside it.

All of it is drawn beforehand (scripts/demo_slides.py): the encoder only moves pictures, so no font is needed here and
an old laptop does it in passing.
"""

from pathlib import Path

PICTURES = Path(__file__).parent
SLIDES = tuple(str(PICTURES / f"slide-{number}.png") for number in range(3))
SLIDE_S = 20
RATE = 25
BEAT_S = 0.8  # 80 of the cardiogram's 960 pixels
VIDEO = (
    "[0][1][2]vstack=3,format=yuv420p,loop=-1:1,realtime,"
    f"crop=1280:720:0:'720*mod(floor(t/{SLIDE_S}),{len(SLIDES)})'[slides];"
    "[3]format=yuv420p,loop=-1:1,scroll=h=1/240,crop=304:100:0:0[trace];"
    "[slides][trace]overlay=944:564:shortest=1[video]"
)
# Two soft thumps, the second weaker; each fades in, so that nothing clicks.
THUMP = "0.5*sin(2*PI*90*{at})*30*{at}*exp(-30*{at})"
HEART = f"{THUMP.format(at='t')}+0.6*gt(t,0.3)*{THUMP.format(at='(t-0.3)')}"
SOUND = f"aevalsrc='{HEART}':d={BEAT_S}:s=44100,aloop=-1:{round(44100 * BEAT_S)},arealtime[sound]"


def lecture_command(url: str, ffmpeg: str) -> list[str]:
    """Return the command that publishes the lecture to `url` in real time, endlessly, a keyframe every 2 s."""
    pictures = [word for path in (*SLIDES, str(PICTURES / "ecg.png")) for word in ("-i", path)]
    return [
        *(ffmpeg, "-hide_banner", "-loglevel", "error", "-nostdin", "-framerate", str(RATE)),
        *pictures,
        *("-filter_complex", f"{VIDEO};{SOUND}", "-map", "[video]", "-map", "[sound]"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "stillimage,zerolatency", "-threads", "1"),
        *("-g", str(2 * RATE), "-keyint_min", str(2 * RATE), "-sc_threshold", "0", "-pix_fmt", "yuv420p"),
        *("-crf", "22", "-maxrate", "1500k", "-bufsize", "3000k"),
        *("-c:a", "aac", "-b:a", "64k", "-f", "flv", url),
    ]
