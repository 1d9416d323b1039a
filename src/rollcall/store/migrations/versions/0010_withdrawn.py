"""Whether a prompt was ended by its session alone: then a corrected session decides it anew."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("prompts", sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE prompts SET withdrawn = true WHERE state = 'cancelled' AND NOT EXISTS (SELECT 1 FROM checks"
        " WHERE checks.no = prompts.check_no AND checks.cancelled_ms <= prompts.closed_ms)"
    )
