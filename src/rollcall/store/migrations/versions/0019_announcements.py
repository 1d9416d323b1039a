"""The one announcement that is pinned in a media's player."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("announcement", sa.Text(), nullable=True))
    op.add_column("media", sa.Column("announced_ms", sa.BigInteger(), nullable=True))
