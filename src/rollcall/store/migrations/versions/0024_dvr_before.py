"""By how much viewers of a broadcast could go back before that was changed."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("dvr_before_s", sa.Integer(), nullable=False, server_default="0"))
