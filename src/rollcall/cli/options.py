"""The options that every command takes: where the data is and which file holds the settings."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from rollcall.base.settings import Settings, read_settings

Function = Callable[..., Any]


def with_settings(command: Function) -> Function:
    """Add `--data` and `--config`, and pass the settings they lead to as the argument `settings`."""

    @click.option("--data", metavar="DIR", envvar="ROLLCALL_DATA", help="Data directory [rollcall-data].")
    @click.option(
        "--config",
        metavar="FILE",
        envvar="ROLLCALL_CONFIG",
        type=click.Path(path_type=Path),
        help="Settings (TOML).",
    )
    @wraps(command)
    def wrapped(*args: Any, data: str | None, config: Path | None, **given: Any) -> Any:
        settings: Settings = read_settings(config, data=data)
        return command(*args, settings=settings, **given)

    return wrapped
