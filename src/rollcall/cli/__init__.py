"""The program `rollcall`: one module per command, loaded when it is called; refusals become one sentence.

A command is the function `rollcall.cli.<name>.<name>`.
"""

import importlib

import click

from rollcall.domain.errors import RollcallError

COMMANDS = ("serve", "demo", "project", "key", "report", "simulate")


class Commands(click.Group):
    """The commands of the program. Everything expected that goes wrong is told without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return one command, None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"rollcall.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a refusal is printed as a sentence and ends with status 1."""
        try:
            return super().invoke(ctx)
        except RollcallError as error:
            raise click.ClickException(f"{error.title}. {error.detail}") from error


@click.group(cls=Commands)
@click.version_option(package_name="rollcall")
def rollcall() -> None:
    """Prove who really attended an online medical education event."""
