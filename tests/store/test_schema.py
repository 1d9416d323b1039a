"""The schema: the same tables on both engines, migrations that may run again, and no way back from the future."""

from importlib import import_module

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text, update

from rollcall.store.database import Database
from rollcall.store.schema import MIGRATIONS, NewerSchema, migrate
from rollcall.store.tables import marks, metadata, plays
from tests.history import Records


async def test_a_migrated_database_has_every_table_and_migrating_again_changes_nothing(
    database: Database,
) -> None:
    await database.write(migrate)
    present = await database.read(lambda c: set(inspect(c).get_table_names()))
    assert present == set(metadata.tables) | {"alembic_version"}


async def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    await database.write(lambda c: c.execute(text("update alembic_version set version_num = '9999'")))
    with pytest.raises(NewerSchema, match="9999"):
        await database.write(migrate)


async def test_migrating_ends_at_the_revision_that_no_other_follows(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    stored = await database.read(lambda c: c.execute(text("select version_num from alembic_version")).all())
    assert stored == [(ScriptDirectory.from_config(config).get_current_head(),)]


# What each version added, undone.
UNDO = (
    "ALTER TABLE media DROP COLUMN dvr_before_s",
    "ALTER TABLE sessions DROP COLUMN speaker",
    "ALTER TABLE media DROP COLUMN programme",
    "ALTER TABLE media DROP COLUMN speaker",
    "DROP TABLE materials",
    "DROP TABLE poll_votes",
    "DROP TABLE polls",
    "ALTER TABLE media DROP COLUMN chat_reset_version",
    "ALTER TABLE media DROP COLUMN chat_authors",
    "ALTER TABLE media DROP COLUMN chat_premoderated",
    "DROP TABLE chat_votes",
    "DROP TABLE chat_authors",
    "DROP INDEX chat_not_shown_yet",
    "DROP INDEX chat_questions",
    "DROP INDEX chat_once",
    "DROP INDEX chat_by_change",
    *(
        f"ALTER TABLE chat_messages DROP COLUMN {name}"
        for name in (
            *("changed", "state", "kind", "number", "mentions", "ref", "reply_to", "votes"),
            *("play_no", "decided_ms", "answered_ms"),
        )
    ),
    "ALTER TABLE chat_messages ADD COLUMN removed_version BIGINT",
    "ALTER TABLE media DROP COLUMN dvr_s",
    "ALTER TABLE media DROP COLUMN announced_ms",
    "ALTER TABLE media DROP COLUMN announcement",
    "ALTER TABLE media DROP COLUMN content_ms",
    "ALTER TABLE media DROP COLUMN recording_no",
    "DROP TABLE recordings",
    "ALTER TABLE exports DROP COLUMN made_by",
    "DROP TABLE quiz_answers",
    "DROP TABLE quiz_attempts",
    "DROP TABLE quiz_questions",
    "DROP TABLE quizzes",
    "DROP TABLE export_pieces",
    "DROP TABLE exports",
    "DROP TABLE prompt_arrivals",
    "ALTER TABLE prompts ADD COLUMN arrived_ms BIGINT",
    "ALTER TABLE prompts ADD COLUMN arrived_play_no BIGINT",
    "DROP TABLE logos",
    "ALTER TABLE marks DROP COLUMN issued_ms",
    "ALTER TABLE prompts DROP COLUMN withdrawn",
    "ALTER TABLE plays DROP COLUMN connected_ms",
    "DROP TABLE deliveries",
    "DROP TABLE notices",
    "DROP TABLE webhooks",
    "DROP INDEX media_by_told",
    "DROP INDEX media_signal_untold",
    "DROP INDEX sessions_by_told",
    "DROP INDEX checks_untold",
    "ALTER TABLE media DROP COLUMN told_state",
    "ALTER TABLE media DROP COLUMN told_signal_ms",
    "ALTER TABLE sessions DROP COLUMN told_state",
    "ALTER TABLE checks DROP COLUMN told_state",
    "ALTER TABLE events DROP COLUMN join_users_by",
    "ALTER TABLE lists DROP COLUMN subscription",
)


SAID = (
    "INSERT INTO chat_messages"
    " (project_no, event_no, media_no, version, user_id, author, text, at_ms, removed_ms, removed_version)"
    " VALUES (:project, 1, :media,"
)
CHAT = (
    "1, NULL, 'Организатор', 'Начинаем', 10, NULL, NULL)",
    "2, 'boris', 'Борис', 'раз', 20, 50, 5)",
    "3, 'anna', 'Анна', 'два', 30, NULL, NULL)",
    "4, 'anna', 'Анна', 'три', 40, NULL, NULL)",
)
AUTHORS = "SELECT user_id, number, said_ms FROM chat_authors ORDER BY number"
MESSAGES = "SELECT version, changed, state, number FROM chat_messages ORDER BY version"


async def test_an_older_database_is_brought_up(database: Database) -> None:
    def undo(connection: Connection) -> None:
        records = Records(connection)
        media = records.media()
        records.check(media, state="closed", issued_ms=1)
        for statement in UNDO:
            connection.execute(text(statement))
        for said in CHAT:
            connection.execute(text(f"{SAID} {said}"), {"project": records.project_no, "media": media})
        connection.execute(text("update alembic_version set version_num = '0006'"))

    await database.write(undo)
    await database.write(migrate)
    shown = await database.read(_columns_and_indexes)
    for name, table in metadata.tables.items():
        columns, indexes = shown[name]
        assert columns == set(table.columns.keys())
        assert {str(index.name) for index in table.indexes} <= indexes
    told = await database.read(lambda c: c.execute(text("select told_state from checks")).scalar_one())
    assert told == "closed"  # what was before webhooks is told to nobody
    authors = await database.read(lambda c: c.execute(text(AUTHORS)).all())
    assert [tuple(row) for row in authors] == [("boris", 1, 20), ("anna", 2, 40)]
    said = await database.read(lambda c: c.execute(text(MESSAGES)).all())
    assert [tuple(row) for row in said] == [
        (1, 1, "shown", 0), (2, 5, "removed", 1), (3, 3, "shown", 2), (4, 4, "shown", 2),
    ]  # fmt: skip


async def test_older_marks_are_of_the_issue_that_they_were_believed_to_be_of(database: Database) -> None:
    """Not those that lie before it, nor of a play that had left before it, nor what speaks of no prompt."""
    issued_ms, marked = 1_000_000, {"shown": 1, "gone": 2, "answered": 3, "resume": 4, "before": 5}

    def fill(connection: Connection) -> None:
        records = Records(connection)
        media = records.media()
        check = records.check(media, issued_ms)
        records.prompt(media, check, "ann", "confirmed", issued_ms)
        for name, seq in marked.items():
            play = records.play(media, "ann")
            left_ms = issued_ms - 35_001 if name == "gone" else issued_ms - 35_000
            connection.execute(update(plays).where(plays.c.no == play).values(connected_ms=left_ms))
            records.returned(media, play, "ann", issued_ms - 2_000, seq=seq, check=records.check_code(check))
        kinds = {"shown": "shown", "gone": "answered", "answered": "answered", "before": "received"}
        for name, kind in kinds.items():
            row = update(marks).where(marks.c.seq == marked[name])
            connection.execute(row.values(mark=kind, bound_ms=0))
        connection.execute(
            update(marks).where(marks.c.seq == marked["before"]).values(at_ms=issued_ms - 2_001)
        )
        guess = import_module("rollcall.store.migrations.versions.0012_issues").GUESS
        connection.execute(text(guess))

    await database.write(fill)
    found = await database.read(lambda c: c.execute(select(marks.c.seq, marks.c.issued_ms)).all())
    assert {name: issue for name, seq in marked.items() for of, issue in found if of == seq} == {
        "shown": issued_ms, "answered": issued_ms, "gone": None, "resume": None, "before": None,
    }  # fmt: skip


def _columns_and_indexes(connection: Connection) -> dict[str, tuple[set[str], set[str]]]:
    found = inspect(connection)
    return {
        name: (
            {column["name"] for column in found.get_columns(name)},
            {str(index["name"]) for index in found.get_indexes(name)},
        )
        for name in metadata.tables
    }
