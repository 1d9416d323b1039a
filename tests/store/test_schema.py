"""The schema: the same tables on both engines, migrations that may run again, and no way back from the future."""

import pytest
from sqlalchemy import inspect, text

from rollcall.store.database import Database
from rollcall.store.schema import NewerSchema, migrate
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
