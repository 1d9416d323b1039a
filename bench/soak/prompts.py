"""Checks across slow lines, and lines cut at every stage: 0 wrong misses, every outcome as it must be.

In simulated time against the real actions and store (F21, F22), each stage cut 200 times. `SOAK_PROMPTS` in the
environment makes it shorter: a part of one, as `0.1`.
"""

import asyncio
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from rollcall.store.database import open_database
from rollcall.store.schema import migrate
from tests.faults.far_away import BACK, Fate, asked, cut, slow, wrongly_ended, wrongly_timed

PART = float(os.environ.get("SOAK_PROMPTS", "1"))
SLOW = max(1, round(1_000 * PART))
EACH = max(1, round(200 / len(BACK) * PART))


def run() -> list[str]:
    """Ask slow players, then such whose line is cut, who answer and who do not."""
    found = asyncio.run(_ask("slow lines", slow(SLOW, seed=1), minutes=9, timed=True))
    for answers in (True, False):
        name = f"each stage cut {EACH * len(BACK)} times, {'answering' if answers else 'silent'}"
        found += asyncio.run(_ask(name, cut(EACH, seed=2, answers=answers), minutes=12, timed=False))
    return found


async def _ask(name: str, fates: Sequence[Fate], minutes: int, *, timed: bool) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'rollcall.db'}"
        with closing(open_database(address, lambda error: click.echo(str(error), err=True))) as database:
            await database.write(migrate)
            players, prompts, issued_ms = await asked(database, fates, minutes)
    ended = Counter(f"{row.state}{' late' if row.late else ''}" for row in prompts.values())
    click.echo(f"{name:<37} {len(players)} players: {dict(ended)}")
    return wrongly_timed(players, prompts) if timed else wrongly_ended(players, prompts, issued_ms)
