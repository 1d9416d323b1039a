"""By how much viewers of a broadcast may go back."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("dvr_s", sa.Integer(), nullable=False, server_default="0"))
