"""`python -m bench.soak [NAME…]`: every soak, or those that are named; fails when any finds a fault.

With `--write` what they print goes into `docs/evidence.md`, each soak's block replacing its former one.
"""

import datetime as dt
import importlib
import os
import pkgutil
import sys
import time
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import click

import bench.soak
from bench.soak._page import Block, with_blocks
from rollcall.base.file_limit import raise_file_limit

PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"
NAMES = sorted(module.name for module in pkgutil.iter_modules(bench.soak.__path__) if module.name[0] != "_")


class _Tee(StringIO):
    """Keeps what is printed, and lets it through at once."""

    def write(self, text: str, /) -> int:
        sys.__stdout__.write(text)  # type: ignore[union-attr]
        sys.__stdout__.flush()  # type: ignore[union-attr]
        return super().write(text)


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES))
@click.option("--write", is_flag=True, help="Put the results into docs/evidence.md.")
def main(names: tuple[str, ...], write: bool) -> None:
    """Run the soaks one after another; the exit code says whether any found a fault."""
    raise_file_limit()
    blocks = [_run(name) for name in names or NAMES]
    if write:
        PAGE.write_text(with_blocks(PAGE.read_text("utf-8") if PAGE.exists() else "", blocks), "utf-8")
    raise SystemExit(any(block.faults for block in blocks))


def _run(name: str) -> Block:
    soak = importlib.import_module(f"bench.soak.{name}")
    says = (soak.__doc__ or "").partition("\n")[0]
    click.echo(f"== {name}: {says}", err=True)
    began = time.monotonic()
    with redirect_stdout(_Tee()) as printed:
        faults: list[str] = soak.run()
        for fault in faults:
            click.echo(f"FAULT  {fault}")
        click.echo(f"{name}: {len(faults)} faults in {time.monotonic() - began:.0f} s")
    when = f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {os.cpu_count()} cores"
    return Block(name, f"{says} ({when})", printed.getvalue(), len(faults))


main()
