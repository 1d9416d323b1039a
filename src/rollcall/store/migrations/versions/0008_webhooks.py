"""Webhooks, their notices and deliveries; what was told of media, sessions and checks.

What happened before is told to nobody: checks are marked as told here; media and sessions are looked at once, and no
webhook is older than what is found.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=True),
        sa.Column("old_secret_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("dropped", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("code"),
        sa.ForeignKeyConstraint(["project_no"], ["projects.no"]),
    )
    op.create_index("ix_webhooks_project_no", "webhooks", ["project_no"])
    op.create_table(
        "notices",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_no", NUMBER, nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("spread", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("code"),
        sa.ForeignKeyConstraint(["project_no"], ["projects.no"]),
    )
    op.create_index(
        "notices_waiting",
        "notices",
        ["no"],
        sqlite_where=sa.text("spread = 0"),
        postgresql_where=sa.text("NOT spread"),
    )
    op.create_index("notices_by_kind", "notices", ["project_no", "kind", "at_ms"])
    op.create_table(
        "deliveries",
        sa.Column("no", NUMBER, nullable=False),
        sa.Column("project_no", NUMBER, nullable=False),
        sa.Column("webhook_no", NUMBER, nullable=False),
        sa.Column("notice_no", NUMBER, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_ms", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("no"),
        sa.UniqueConstraint("webhook_no", "notice_no"),
        sa.ForeignKeyConstraint(["project_no"], ["projects.no"]),
        sa.ForeignKeyConstraint(["webhook_no"], ["webhooks.no"]),
        sa.ForeignKeyConstraint(["notice_no"], ["notices.no"]),
    )
    op.create_index("ix_deliveries_notice_no", "deliveries", ["notice_no"])
    _partial("deliveries_due", "deliveries", ["webhook_no", "due_ms"], "state = 'pending'")
    for table, column in (
        ("media", sa.Column("told_state", sa.Text(), nullable=False, server_default="planned")),
        ("media", sa.Column("told_signal_ms", sa.BigInteger(), nullable=True)),
        ("sessions", sa.Column("told_state", sa.Text(), nullable=False, server_default="planned")),
        ("checks", sa.Column("told_state", sa.Text(), nullable=False, server_default="planned")),
    ):
        op.add_column(table, column)
    op.execute("UPDATE checks SET told_state = state")
    op.create_index("media_by_told", "media", ["told_state", "ended_ms", "ends_ms"])
    op.create_index(
        "media_signal_untold",
        "media",
        ["no"],
        sqlite_where=sa.text("told_signal_ms IS NOT signal_ms"),
        postgresql_where=sa.text("told_signal_ms IS DISTINCT FROM signal_ms"),
    )
    op.create_index("sessions_by_told", "sessions", ["told_state", "ends_ms"])
    _partial("checks_untold", "checks", ["no"], "told_state <> state")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
