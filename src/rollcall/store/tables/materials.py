"""Materials: files and links that stand beside the picture. The bytes of a file lie on disk."""

from sqlalchemy import BigInteger, Column, Integer, Table

from rollcall.store.tables.columns import metadata, moment, of, row_no, words

materials = Table(
    "materials",
    metadata,
    row_no(),
    of("projects"),
    of("media", index=True),
    words("code", unique=True),
    words("title"),
    words("url", nullable=True),  # of a link; the next three of a file
    words("file_name", nullable=True),
    words("media_type", nullable=True),
    Column("size_bytes", BigInteger, nullable=True),
    Column("position", Integer, nullable=False),
    moment("created_ms", nullable=False),
    moment("removed_ms"),
)
