"""Writes the first migration anew from `store/tables.py`. Only before a first release: afterwards, add one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

import rollcall.store

FOLDER = Path(rollcall.store.__file__).parent / "migrations"

for old in (FOLDER / "versions").glob("*.py"):
    old.unlink()
config = Config()
config.set_main_option("script_location", str(FOLDER))
with create_engine("sqlite://").begin() as connection:
    config.attributes["connection"] = connection
    command.revision(config, "The first schema.", rev_id="0001", autogenerate=True)
