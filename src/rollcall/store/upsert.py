"""`INSERT … ON CONFLICT` for both engines: the same statement, which each dialect builds by itself."""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert_into(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an insert into `table` that takes `on_conflict_do_update` and `on_conflict_do_nothing`."""
    return sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)
