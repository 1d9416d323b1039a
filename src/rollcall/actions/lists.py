"""Lists: made, changed, removed, and which media they open. What a change takes away is withdrawn at once."""

from collections.abc import Sequence

from rollcall.actions.access import Gate, withdraw
from rollcall.actions.events import media_of_codes
from rollcall.actions.media import find as find_media
from rollcall.base.secrets import new_code
from rollcall.domain.errors import NotFound
from rollcall.domain.ids import ListCode, ListNo, MediaNo, ProjectNo
from rollcall.store import audit, lists
from rollcall.store.database import Connection, Database
from rollcall.store.lists import List


async def create_list(
    db: Database, project_no: ProjectNo, title: str, codes: Sequence[str], actor: str, now_ms: int
) -> ListCode:
    """Make a list that opens these media. Raises NotFound."""
    return await db.write(lambda conn: make_list(conn, project_no, title, codes, actor, now_ms).code)


def make_list(
    conn: Connection, project_no: ProjectNo, title: str, codes: Sequence[str], actor: str, now_ms: int
) -> List:
    """Make a list within a transaction. Raises NotFound."""
    opened = media_of_codes(conn, project_no, codes)
    made = lists.add_list(conn, project_no, ListCode(new_code()), title, now_ms)
    lists.open_media(conn, made.no, [found.no for found in opened])
    audit.record(conn, project_no, actor, "list.create", made.code, now_ms, media=list(codes))
    return made


async def change_list(
    gate: Gate, project_no: ProjectNo, code: str, title: str | None, codes: Sequence[str] | None, actor: str
) -> None:
    """Set the title and the media that the list opens; None = as before. Raises NotFound."""
    now_ms = gate.clock.now_ms()

    def change(conn: Connection) -> list[MediaNo]:
        found = find(conn, project_no, code, hold=True)
        if title is not None:
            lists.change_list(conn, project_no, found.no, {"title": title})
        closed = [] if codes is None else _set_media(conn, project_no, found.no, codes)
        audit.record(conn, project_no, actor, "list.change", code, now_ms, title=title, media=codes)
        return closed

    await withdraw(gate, project_no, await gate.db.write(change))


async def remove_list(gate: Gate, project_no: ProjectNo, code: str, actor: str) -> None:
    """Hide a list: whoever it alone let in is shut out. Raises NotFound."""
    now_ms = gate.clock.now_ms()

    def remove(conn: Connection) -> list[MediaNo]:
        found = find(conn, project_no, code, hold=True)
        lists.change_list(conn, project_no, found.no, {"removed_ms": now_ms})
        audit.record(conn, project_no, actor, "list.remove", code, now_ms)
        return media_nos(conn, project_no, found.no)

    await withdraw(gate, project_no, await gate.db.write(remove))


async def open_media(
    db: Database, project_no: ProjectNo, code: str, media_code: str, actor: str, now_ms: int
) -> None:
    """Let the list open this media too. Raises NotFound."""

    def change(conn: Connection) -> None:
        found = find(conn, project_no, code, hold=True)
        lists.open_media(conn, found.no, [find_media(conn, project_no, media_code).no])
        audit.record(conn, project_no, actor, "list.open", code, now_ms, media=media_code)

    await db.write(change)


async def close_media(gate: Gate, project_no: ProjectNo, code: str, media_code: str, actor: str) -> None:
    """Let the list open this media no more. Raises NotFound when it did not."""
    now_ms = gate.clock.now_ms()

    def change(conn: Connection) -> MediaNo:
        found = find(conn, project_no, code, hold=True)
        media_no = find_media(conn, project_no, media_code).no
        if not lists.close_media(conn, found.no, [media_no]):
            raise NotFound("This list does not open this media.")
        audit.record(conn, project_no, actor, "list.close", code, now_ms, media=media_code)
        return media_no

    await withdraw(gate, project_no, [await gate.db.write(change)])


def find(conn: Connection, project_no: ProjectNo, code: str, *, hold: bool = False) -> List:
    """Return a list of the project; raises NotFound."""
    found = lists.find_list(conn, project_no, code, hold=hold)
    if found is None:
        raise NotFound("There is no such list.")
    return found


def media_nos(conn: Connection, project_no: ProjectNo, list_no: ListNo) -> list[MediaNo]:
    """Return the media that the list opens."""
    return [no for no, _ in lists.media_of(conn, project_no, [list_no]).get(list_no, [])]


def _set_media(
    conn: Connection, project_no: ProjectNo, list_no: ListNo, codes: Sequence[str]
) -> list[MediaNo]:
    wanted = [found.no for found in media_of_codes(conn, project_no, codes)]
    gone = [no for no in media_nos(conn, project_no, list_no) if no not in wanted]
    lists.close_media(conn, list_no, gone)
    lists.open_media(conn, list_no, wanted)
    return gone
