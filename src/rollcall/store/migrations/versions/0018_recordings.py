"""Recordings: files that are uploaded, made ready for players, and shown by a media."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNREADY = sa.text("state IN ('uploading', 'waiting', 'preparing')")


def upgrade() -> None:
    op.create_table(
        "recordings",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("media_no", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("received_bytes", sa.BigInteger(), nullable=False),
        sa.Column("permille", sa.Integer(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("touched_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("code"),
        sa.ForeignKeyConstraint(["project_no"], ["projects.no"]),
        sa.ForeignKeyConstraint(["media_no"], ["media.no"]),
    )
    op.create_index("ix_recordings_media_no", "recordings", ["media_no"])
    op.create_index(
        "recordings_unready", "recordings", ["node"], sqlite_where=UNREADY, postgresql_where=UNREADY
    )
    op.add_column("media", sa.Column("recording_no", NUMBER, nullable=True))
    op.add_column("media", sa.Column("content_ms", sa.BigInteger(), nullable=True))
