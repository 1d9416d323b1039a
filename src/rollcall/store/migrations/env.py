"""Runs the migrations on the connection that `store.schema.migrate` hands over.

`only` narrows autogeneration to some tables (`scripts/first_migration.py`).
"""

from typing import Any

from alembic import context

from rollcall.store.tables import metadata

attributes = context.config.attributes
only: set[str] | None = attributes.get("only")


def is_wanted(thing: Any, name: str | None, kind: str, *_: object) -> bool:
    """Tell whether a table, or the table of an index, is one of `only`."""
    table = name if kind == "table" else thing.table.name
    return only is None or table in only


context.configure(
    connection=attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
    include_object=is_wanted,
)
context.run_migrations()
