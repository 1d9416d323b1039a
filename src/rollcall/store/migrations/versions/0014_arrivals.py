"""Which players had a prompt: a row for each of them, where only the first was noted."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KNOWN = """
    INSERT INTO prompt_arrivals (check_no, user_id, play_no, issued_ms, at_ms)
    SELECT check_no, user_id, arrived_play_no, issued_ms, arrived_ms FROM prompts
    WHERE arrived_ms IS NOT NULL AND arrived_play_no IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "prompt_arrivals",
        sa.Column("check_no", NUMBER, sa.ForeignKey("checks.no"), primary_key=True),
        sa.Column("user_id", sa.Text(), primary_key=True),
        sa.Column("play_no", NUMBER, sa.ForeignKey("plays.no"), primary_key=True),
        sa.Column("issued_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.execute(KNOWN)
    op.drop_column("prompts", "arrived_ms")
    op.drop_column("prompts", "arrived_play_no")
