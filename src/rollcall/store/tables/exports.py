"""Exports: statistics that are written into the database, to be fetched once they are whole."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
)

from rollcall.store.tables.columns import Number, metadata, moment, of, row_no, words

exports = Table(
    "exports",
    metadata,
    row_no(),
    of("projects", index=True),
    words("code", unique=True),
    words("of_code"),  # of which media or event
    words("format"),
    Column("personal", Boolean, nullable=False),  # it holds addresses or user agents
    words("state"),  # running | ready | failed
    Column("participants_done", Integer, nullable=False, server_default="0"),
    Column("participants", Integer, nullable=True),  # once they are counted
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    words("error", nullable=True),
    moment("touched_ms", nullable=False),  # the node that makes it was alive
    moment("created_ms", nullable=False),
    words("made_by", nullable=True),  # the node that makes it
    Column("expires_ms", BigInteger, nullable=False, index=True),  # from then on it is not there
)

export_pieces = Table(
    "export_pieces",
    metadata,
    Column("export_no", Number, ForeignKey("exports.no"), primary_key=True),
    Column("place", Integer, primary_key=True),  # 0, 1, …
    Column("piece", LargeBinary, nullable=False),  # all but the last one of the same size
)
