"""Draws what a player may meet and writes how it is cut into rows, for the page and for the simulated page alike.

`python -m tests.vectors.recorder` writes `recorder.json` beside this file, which the tests of both read. A step is
what is done, the sample, and the tick or the check; a sample is `[at, wall, media, state, cause, visible, muted,
rate]`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from rollcall.cli.simulate.page.recorder import Recorder, Row
from rollcall.cli.simulate.page.sample import Sample
from rollcall.wire.viewer_in import Beat

FILE = Path(__file__).with_name("recorder.json")
CASES, STEPS = 40, 25
GAPS_MS = (0, 7, 250, 1_000, 1_000, 1_000, 1_000, 4_999, 5_001, 9_000, 24_000, 26_000)
STATES = ("playing", "playing", "playing", "playing", "paused", "stalled", "seeking", "ended")

Step = tuple[str, list[Any], int | str | None]


def drawn(seed: int) -> list[Step]:
    """Draw the steps of one case; the first is the sample that the recorder begins with."""
    source = Random(seed)
    at, wall, media = source.randint(0, 10**7), 1_800_000_000_000, source.randint(0, 10**6)
    view: list[Any] = ["playing", "user", True, False, 1.0]
    steps: list[Step] = [("begin", [at, wall, media, *view], None)]
    for number in range(STEPS):
        gap_ms = source.choice(GAPS_MS)
        moves = view[0] == "playing" and source.random() < 0.8
        at, wall = at + gap_ms, wall + gap_ms
        media += (
            round(gap_ms * view[4]) if moves else source.choice((0, 0, 300, -20_000, 20_000, gap_ms // 3))
        )
        wall += 3_600_000 if source.random() < 0.04 else 0
        media = max(0, media)
        if source.random() < 0.3:
            view = _changed(source, view)
        what = source.choice(("sample", "sample", "sample", "sample", "tick", "mark", "close"))
        detail = number + 1 if what == "tick" else "checkabc" if what == "mark" else None
        steps.append((what, [at, wall, media, *view], detail))
    return steps


def _changed(source: Random, view: list[Any]) -> list[Any]:
    which = source.randrange(5)
    choices: list[Any] = [STATES, ("user", "browser"), (True, False), (True, False), (0.5, 1.0, 1.1, 2.0)]
    return [source.choice(choices[n]) if n == which else value for n, value in enumerate(view)]


def rows(steps: list[Step]) -> Iterator[list[Any]]:
    """Yield the rows that the simulated page makes of these steps, each as a list of its values."""
    recorder = Recorder(Sample(*steps[0][1]))
    for what, sample, detail in steps[1:]:
        seen = Sample(*sample)
        match what:
            case "tick":
                closed = recorder.tick(int(detail or 0), seen)
            case "mark":
                closed = recorder.mark("shown", str(detail), seen)
            case "close":
                closed = recorder.close(seen)
            case _:
                closed = recorder.sample(seen)
        yield from (_brief(row) for row in closed)


def _brief(row: Row) -> list[Any]:
    if isinstance(row, Beat):
        moments = [row.from_ms, row.to_ms, row.media_from_ms, row.media_to_ms]
        seen = [row.state, row.cause, row.visible, row.muted, row.rate]
        return [row.seq, row.epoch, row.tick, *moments, *seen]
    return [row.seq, row.epoch, row.tick, row.at_ms, row.mark, row.check]


def main() -> None:
    """Write the file."""
    cases = [{"steps": steps, "rows": list(rows(steps))} for steps in map(drawn, range(CASES))]
    lines = [json.dumps(case, separators=(",", ":")) for case in cases]
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")


if __name__ == "__main__":
    main()
