"""Writes the first migrations anew, one per module of `store/tables`. Only before a first release; then, add."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

import rollcall.store
from rollcall.store.tables import access, chat, evidence, organiser, presence

FOLDER = Path(rollcall.store.__file__).parent / "migrations"

for old in (FOLDER / "versions").glob("*.py"):
    old.unlink()
config = Config()
config.set_main_option("script_location", str(FOLDER))
with create_engine("sqlite://").connect() as connection:
    config.attributes["connection"] = connection
    for number, module in enumerate((organiser, access, evidence, presence, chat), 1):
        config.attributes["only"] = set(vars(module))
        name = module.__name__.rpartition(".")[2]
        command.revision(config, name.capitalize() + ".", rev_id=f"{number:04d}", autogenerate=True)
        command.upgrade(config, "head")
