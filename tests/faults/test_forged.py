"""Forged messages of every kind over sockets, uploads and polls: refused or applied, and nothing else (F28)."""

import click
import pytest

from tests.faults.forging import fuzz
from tests.server.conftest import Event


@pytest.mark.slow
async def test_f28_a_thousand_forged_messages_break_nothing_and_earn_nothing(event: Event) -> None:
    found = await fuzz(event, cases=1_000, seed=28)
    click.echo(f"{dict(found.answers)}; rows {found.applied} applied, {found.rejected} rejected of them")
    assert found.faults == []
    assert found.applied - found.rejected > 100
