"""`rollcall project`: make the project that an organiser's site works with."""

import click

from rollcall.base.settings import Settings
from rollcall.cli.command_link import perform
from rollcall.cli.options import with_settings
from rollcall.wire.commands import CreateProject, NewProject


@click.group()
def project() -> None:
    """Make projects: each has its own events, keys and embedding sites."""


@project.command()
@click.argument("name")
@click.option("--origin", "origins", multiple=True, help="A site that may embed the player; may be repeated.")
@with_settings
def create(name: str, origins: tuple[str, ...], settings: Settings) -> None:
    """Make a project and show its secrets, once; the last line is its API key."""
    made = perform(settings, CreateProject(name, list(origins)), NewProject)
    click.echo(f"Project       {made.code}")
    click.echo(f"Embed key id  {made.embed_kid}")
    click.echo(f"Embed secret  {made.embed_secret}")
    click.echo("API key (keep it on your server; it is not shown again):")
    click.echo(made.api_key)
