"""Brings a database to this version's schema, and refuses one that a newer version has written."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from rollcall.domain.errors import RollcallError


class NewerSchema(RollcallError):
    """Raised when the database was written by a newer version of Rollcall."""

    code = "newer_schema"
    title = "The database is newer than this program"


def migrate(connection: Connection) -> None:
    """Apply every missing migration in the caller's transaction; raises NewerSchema and then changes nothing."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    present = set(MigrationContext.configure(connection).get_current_heads())
    if not present <= known:
        names = ", ".join(sorted(present - known))
        raise NewerSchema(
            f"Its schema is '{names}', which this version does not know. Install a newer Rollcall."
        )
    command.upgrade(config, "head")
