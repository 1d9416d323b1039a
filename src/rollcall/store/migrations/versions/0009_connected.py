"""When a play was last heard over a connection, on which it could be asked; not known of older ones."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plays", sa.Column("connected_ms", sa.BigInteger(), nullable=True))
