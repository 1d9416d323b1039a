"""Recordings: files that are uploaded, made ready for players, and shown by a media."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, text

from rollcall.store.tables.columns import metadata, moment, of, row_no, words

recordings = Table(
    "recordings",
    metadata,
    row_no(),
    of("projects"),
    of("media", index=True),
    words("code", unique=True),
    words("name"),  # of the file, as it was given
    words("state"),  # uploading | waiting | preparing | ready | failed | removed
    words("node"),  # on whose disk it lies
    Column("size_bytes", BigInteger, nullable=True),  # null: told by the end of the body
    Column("received_bytes", BigInteger, nullable=False),  # on disk
    Column("permille", Integer, nullable=False),  # of its preparation
    Column("duration_ms", BigInteger, nullable=True),
    Column("width", Integer, nullable=True),
    Column("height", Integer, nullable=True),
    words("error", nullable=True),
    moment("created_ms", nullable=False),
    moment("touched_ms", nullable=False),  # bytes came, or it was changed
    Index(
        "recordings_unready",
        "node",
        sqlite_where=text("state IN ('uploading', 'waiting', 'preparing')"),
        postgresql_where=text("state IN ('uploading', 'waiting', 'preparing')"),
    ),
)
