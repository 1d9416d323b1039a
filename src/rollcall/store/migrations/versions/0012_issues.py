"""Which issue of a prompt a mark speaks of, as its play proved that it was sent it.

Of older marks that was guessed when they were read: from when they lie, and from when their play was last connected.
It is guessed once more here, for all time; what was not believed stays without an issue.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

GUESS = """
    UPDATE marks SET issued_ms = (
        SELECT p.issued_ms FROM prompts p
        JOIN checks c ON c.no = p.check_no
        JOIN plays o ON o.no = marks.play_no
        WHERE c.code = marks.check_code AND p.user_id = marks.user_id AND p.media_no = marks.media_no
        AND marks.at_ms + marks.bound_ms + 2000 >= p.issued_ms
        AND (o.connected_ms IS NULL OR o.connected_ms + 35000 >= p.issued_ms)
    ) WHERE mark IN ('received', 'shown', 'answered')
"""


def upgrade() -> None:
    op.add_column("marks", sa.Column("issued_ms", sa.BigInteger(), nullable=True))
    op.execute(GUESS)
