"""Brings a database to this version's schema, and refuses one that a newer version has written."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from rollcall.domain.errors import RollcallError

MIGRATIONS: Final = Path(__file__).parent / "migrations"


class NewerSchema(RollcallError):
    """Raised when the database was written by a newer version of Rollcall."""

    code = "newer_schema"
    title = "The database is newer than this program"


def migrate(connection: Connection) -> None:
    """Apply every missing migration in the caller's transaction; raises NewerSchema and then changes nothing."""
    known, present = _known(), _present(connection)
    if present == {max(known)}:
        return
    if not present <= known:
        names = ", ".join(sorted(present - known))
        raise NewerSchema(
            f"Its schema is '{names}', which this version does not know. Install a newer Rollcall."
        )
    # Viewers wait for a start, and nearly every start has nothing to migrate.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _known() -> set[str]:
    """Return the revisions of this version, in whose order their files are named."""
    return {path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")}


def _present(connection: Connection) -> set[str]:
    """Return what Alembic says it has applied."""
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
