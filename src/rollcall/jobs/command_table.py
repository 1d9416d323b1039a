"""What each command of the command line does: one transaction of the actions it stands for.

It knows neither sockets nor terminals, and runs alike in the server and in a command that found none.
"""

from rollcall.actions import keys as key_actions
from rollcall.actions import projects as project_actions
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ProjectNo
from rollcall.store import keys, projects
from rollcall.store.database import Connection, Database
from rollcall.wire.commands import (
    AnyCommand,
    CreateKey,
    CreateProject,
    KeyRow,
    ListKeys,
    NewKey,
    NewProject,
    RevokeKey,
)

ACTOR = "command"


async def perform(db: Database, command: AnyCommand, now_ms: int) -> object:
    """Do what `command` says; return its answer once it is durable. Raises RollcallError."""
    return await db.write(lambda conn: _perform(conn, command, now_ms))


def _perform(conn: Connection, command: AnyCommand, now_ms: int) -> object:
    match command:
        case CreateProject():
            return _create_project(conn, command, now_ms)
        case CreateKey():
            return _create_key(conn, command, now_ms)
        case ListKeys():
            rows = key_actions.list_keys(conn, _project_no(conn, command.project))
            return [KeyRow(k.code, k.label, list(k.scopes), k.created_ms, k.revoked_ms) for k in rows]
        case RevokeKey():
            _revoke_key(conn, command, now_ms)
            return None


def _create_project(conn: Connection, command: CreateProject, now_ms: int) -> NewProject:
    made = project_actions.create_project(conn, command.title, command.origins, now_ms)
    (embed_key,) = keys.embed_keys_of(conn, made.project.no)
    return NewProject(made.project.code, embed_key.kid, made.embed_secret, made.api_key)


def _create_key(conn: Connection, command: CreateKey, now_ms: int) -> NewKey:
    project_no = _project_no(conn, command.project)
    text = key_actions.create_key(conn, project_no, command.scopes, command.label, ACTOR, now_ms)
    made = keys.find_active_key(conn, key_actions.digest(text))
    assert made is not None
    return NewKey(made.code, text)


def _revoke_key(conn: Connection, command: RevokeKey, now_ms: int) -> None:
    key_actions.revoke_key(conn, _project_no(conn, command.project), command.key, ACTOR, now_ms)


def _project_no(conn: Connection, code: str) -> ProjectNo:
    project = projects.find_project(conn, code)
    if project is None:
        raise NotFound(f"There is no project '{code}'.")
    return project.no
