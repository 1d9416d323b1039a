"""Materials; speakers and the programme of a media."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "materials",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("media_no", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("removed_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("code"),
        sa.ForeignKeyConstraint(["project_no"], ["projects.no"]),
        sa.ForeignKeyConstraint(["media_no"], ["media.no"]),
    )
    op.create_index("ix_materials_media_no", "materials", ["media_no"])
    op.add_column("media", sa.Column("speaker", sa.JSON(), nullable=True))
    op.add_column("media", sa.Column("programme", sa.JSON(), nullable=True))
    op.add_column("sessions", sa.Column("speaker", sa.JSON(), nullable=True))
