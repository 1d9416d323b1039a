"""Settings of one server: defaults that work with nothing configured, a TOML file, the command line.

Every setting is a field with its unit in its name. Unknown names in the file are refused with their path.
"""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from rollcall.domain.errors import Malformed, Problem
from rollcall.domain.rules import PUBLISHED, Rules
from rollcall.domain.webhooks.addresses import read_networks

Port = Annotated[int, Meta(ge=0, le=65535)]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an administrator may set. Ports: 0 = any free one. `base_url` as browsers reach this server."""

    data: str = "rollcall-data"
    recordings: str | None = None  # where recordings lie; default: in the data directory
    materials: str | None = None  # where files of materials lie; default: in the data directory
    material_limit_bytes: Annotated[int, Meta(ge=1024)] = 100 * 1024 * 1024
    host: str = "127.0.0.1"
    port: Port = 8080
    rtmp_host: str | None = None  # default: `host`
    rtmp_port: Port = 1935
    database_url: str | None = None  # default: SQLite in the data directory
    node: Annotated[str, Meta(min_length=1, max_length=100)] | None = (
        None  # default: "main", or the host's name
    )
    base_url: str | None = None  # default: http://host:port
    rtmp_base_url: str | None = None  # default: rtmp://host:port/live
    trusted_proxies: list[str] = []  # addresses or networks whose forwarding headers count
    webhook_networks: list[str] = []  # networks that webhooks may reach besides public addresses
    rules: Rules = PUBLISHED  # constants of the count, applied when reading
    low_latency_viewers: Annotated[int, Meta(ge=0, le=100_000)] = (
        300  # whoever comes then watches some seconds later
    )
    body_limit_bytes: Annotated[int, Meta(ge=1024)] = 64 * 1024 * 1024


def read_settings(file: Path | None, **given: object) -> Settings:
    """Return the settings of `file` (TOML), overridden by every value of `given` that is not None.

    Raises Malformed naming the setting when the file cannot be read or a value does not fit.
    """
    values: dict[str, object] = {}
    if file is not None:
        try:
            values = tomllib.loads(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise Malformed(Problem(str(file), str(error))) from error
    values |= {name: value for name, value in given.items() if value is not None}
    rules = values.get("rules", {})
    unknown = set(rules) - {field.name for field in fields(Rules)} if isinstance(rules, dict) else set()
    if unknown:
        raise Malformed(Problem(str(file), f"There is no rule '{min(unknown)}'. - at `$.rules`"))
    try:
        settings = msgspec.convert(values, Settings)
        read_networks(settings.webhook_networks)
    except ValueError as error:  # msgspec's too
        raise Malformed(Problem(str(file or "settings"), str(error))) from error
    return settings
