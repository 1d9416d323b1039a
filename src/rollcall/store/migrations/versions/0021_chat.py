"""Chat: replies, questions with votes, moderation before display, pseudonyms, and messages that are sent once."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOT_SHOWN_YET = sa.text("state IN ('waiting', 'rejected')")
IS_QUESTION = sa.text("kind = 'question'")
AUTHORS = """
INSERT INTO chat_authors (project_no, media_no, user_id, number, said_ms)
SELECT project_no, media_no, user_id, row_number() OVER (PARTITION BY media_no ORDER BY min(version)), max(at_ms)
FROM chat_messages WHERE user_id IS NOT NULL GROUP BY project_no, media_no, user_id
"""
NUMBERS = """
UPDATE chat_messages SET number = (
    SELECT a.number FROM chat_authors a
    WHERE a.media_no = chat_messages.media_no AND a.user_id = chat_messages.user_id
) WHERE user_id IS NOT NULL
"""


def upgrade() -> None:
    for column in (
        sa.Column("changed", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("state", sa.Text(), nullable=False, server_default="shown"),
        sa.Column("kind", sa.Text(), nullable=False, server_default="message"),
        sa.Column("number", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("mentions", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("reply_to", NUMBER, nullable=True),
        sa.Column("votes", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("play_no", NUMBER, nullable=True),
        sa.Column("decided_ms", sa.BigInteger(), nullable=True),
        sa.Column("answered_ms", sa.BigInteger(), nullable=True),
    ):
        op.add_column("chat_messages", column)
    op.create_table(
        "chat_authors",
        sa.Column("media_no", NUMBER, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("said_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["media_no"], ["media.no"]),
        sa.PrimaryKeyConstraint("media_no", "user_id"),
        sa.UniqueConstraint("media_no", "number", name="chat_author_numbers"),
    )
    op.create_table(
        "chat_votes",
        sa.Column("message_no", NUMBER, nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("media_no", NUMBER, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["message_no"], ["chat_messages.no"]),
        sa.PrimaryKeyConstraint("message_no", "user_id"),
    )
    op.create_index("chat_votes_by_user", "chat_votes", ["media_no", "user_id"])
    op.execute("UPDATE chat_messages SET changed = coalesce(removed_version, version)")
    op.execute("UPDATE chat_messages SET state = 'removed' WHERE removed_ms IS NOT NULL")
    op.execute(AUTHORS)
    op.execute(NUMBERS)
    op.drop_column("chat_messages", "removed_version")
    op.create_index("chat_by_change", "chat_messages", ["media_no", "changed"])
    op.create_index("chat_once", "chat_messages", ["media_no", "user_id", "ref"], unique=True)
    for name, part in (("chat_not_shown_yet", NOT_SHOWN_YET), ("chat_questions", IS_QUESTION)):
        op.create_index(
            name, "chat_messages", ["media_no", "version"], sqlite_where=part, postgresql_where=part
        )
    op.add_column(
        "media", sa.Column("chat_premoderated", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("media", sa.Column("chat_authors", sa.Text(), nullable=False, server_default="names"))
    op.add_column(
        "media", sa.Column("chat_reset_version", sa.BigInteger(), nullable=False, server_default="0")
    )
