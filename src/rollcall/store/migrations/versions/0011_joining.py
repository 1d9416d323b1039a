"""Which User IDs of an event are one participant: by default each is one."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("join_users_by", sa.Text(), nullable=False, server_default="none"))
