"""Which node makes an export; not known of older ones."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exports", sa.Column("made_by", sa.Text(), nullable=True))
