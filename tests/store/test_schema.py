"""The schema: the same tables on both engines, migrations that may run again, and no way back from the future."""

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from rollcall.store.database import Database
from rollcall.store.schema import MIGRATIONS, NewerSchema, migrate
from rollcall.store.tables import metadata


async def test_a_migrated_database_has_every_table_and_migrating_again_changes_nothing(
    database: Database,
) -> None:
    await database.write(migrate)
    present = await database.read(lambda c: set(inspect(c).get_table_names()))
    assert present == set(metadata.tables) | {"alembic_version"}


async def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    await database.write(lambda c: c.execute(text("update alembic_version set version_num = '9999'")))
    with pytest.raises(NewerSchema, match="9999"):
        await database.write(migrate)


async def test_migrating_ends_at_the_revision_that_no_other_follows(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    stored = await database.read(lambda c: c.execute(text("select version_num from alembic_version")).all())
    assert stored == [(ScriptDirectory.from_config(config).get_current_head(),)]


async def test_an_older_database_is_brought_up(database: Database) -> None:
    def undo(connection: Connection) -> None:
        connection.execute(text("ALTER TABLE lists DROP COLUMN subscription"))
        connection.execute(text("update alembic_version set version_num = '0006'"))

    await database.write(undo)
    await database.write(migrate)
    columns = await database.read(lambda c: {column["name"] for column in inspect(c).get_columns("lists")})
    assert columns == set(metadata.tables["lists"].columns.keys())
