"""Polls and votes. Of an anonymous poll a vote says who has voted, and neither what nor when."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, PrimaryKeyConstraint, Table

from rollcall.store.tables.columns import Number, metadata, moment, of, row_no, words

polls = Table(
    "polls",
    metadata,
    row_no(),
    of("projects"),
    of("media", index=True),
    words("code", unique=True),
    words("question"),
    Column("choices", JSON, nullable=False),
    Column("most", Integer, nullable=False),  # of the choices that one vote may have
    Column("anonymous", Boolean, nullable=False),
    Column("changeable", Boolean, nullable=False),
    words("show_results"),  # never | after_vote | after_close | live
    words("state"),  # planned | open | closed
    Column("tally", JSON, nullable=False),  # domain.polls.Tally
    moment("opened_ms"),  # first
    moment("closed_ms"),  # while it is closed
    moment("created_ms", nullable=False),
    moment("removed_ms"),
)

# Of an anonymous poll everything behind `project_no` is null. There are no row numbers, which would tell the order.
poll_votes = Table(
    "poll_votes",
    metadata,
    Column("poll_no", Number, ForeignKey("polls.no"), nullable=False),
    words("user_id"),
    of("projects"),
    Column("ordinal", Integer, nullable=True),  # of the poll's voters, from 1
    Column("choices", JSON(none_as_null=True), nullable=True),
    Column("turn", Integer, nullable=True),
    words("identity", nullable=True),  # signed | plain
    moment("voted_ms"),
    PrimaryKeyConstraint("poll_no", "user_id"),
    sqlite_with_rowid=False,
)
