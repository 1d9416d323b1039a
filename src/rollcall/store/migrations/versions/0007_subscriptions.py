"""Subscriptions: what the compatible API knows of a list."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("lists", sa.Column("subscription", sa.JSON(), nullable=True))
