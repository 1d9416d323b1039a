"""`rollcall key`: make, list and revoke the API keys of a project."""

import click

from rollcall.base.settings import Settings
from rollcall.cli.command_link import perform
from rollcall.cli.options import with_settings
from rollcall.wire.commands import CreateKey, KeyRow, ListKeys, NewKey, RevokeKey
from rollcall.wire.moments import to_datetime


@click.group()
def key() -> None:
    """Make, list and revoke the API keys of a project."""


@key.command()
@click.argument("project")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help="What the key may do; repeated or with commas [default: everything].",
)
@click.option("--label", help="What the key is for, for your own lists.")
@with_settings
def create(project: str, scopes: tuple[str, ...], label: str | None, settings: Settings) -> None:
    """Make an API key of PROJECT and show it, once, as the last line."""
    made = perform(settings, CreateKey(project, _split(scopes), label), NewKey)
    click.echo(f"Key {made.code} (keep it on your server; it is not shown again):")
    click.echo(made.api_key)


@key.command("list")
@click.argument("project")
@with_settings
def list_keys(project: str, settings: Settings) -> None:
    """List the API keys of PROJECT, revoked ones too."""
    for row in perform(settings, ListKeys(project), list[KeyRow]):
        state = (
            "active" if row.revoked_ms is None else f"revoked {to_datetime(row.revoked_ms):%Y-%m-%d %H:%M}"
        )
        click.echo(f"{row.code}  {state:24}  {','.join(row.scopes)}  {row.label or ''}".rstrip())


@key.command()
@click.argument("project")
@click.argument("code")
@with_settings
def revoke(project: str, code: str, settings: Settings) -> None:
    """Refuse the key CODE of PROJECT from now on."""
    perform(settings, RevokeKey(project, code), type(None))
    click.echo(f"Key {code} is revoked.")


def _split(scopes: tuple[str, ...]) -> list[str]:
    return [scope.strip() for given in scopes for scope in given.split(",")]
