"""Rows for tests of whatever reads the store: written straight into the tables, each with sensible other columns."""

from itertools import count
from typing import Any

from sqlalchemy import Connection, Table, insert, update

from rollcall.store import tables

_unique = count(1)


def code() -> str:
    """Return a code that no other row of this process has."""
    return f"c{next(_unique):07d}"


def add(connection: Connection, table: Table, **values: Any) -> int:
    """Insert one row and return its number (0 for a table without)."""
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    return int(key[0]) if key is not None and "no" in table.c else 0


class Records:
    """One project with one event; every method adds rows and returns their number or code."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.codes: dict[int, str] = {}
        self.project_no = add(
            connection, tables.projects, code=code(), title="Project", embed_origins=[], created_ms=0
        )
        self.event = code()
        self.event_no = add(
            connection,
            tables.events,
            project_no=self.project_no,
            code=self.event,
            title="Event",
            timezone="Europe/Moscow",
            created_ms=0,
        )

    def _of_event(self, **values: Any) -> dict[str, Any]:
        return {"project_no": self.project_no, "event_no": self.event_no, **values}

    def media(self, *, identity: str = "signed", title: str = "Hall", kind: str = "live") -> int:
        new = code()
        no = add(
            self.connection,
            tables.media,
            **self._of_event(code=new, title=title, kind=kind, identity=identity, timezone="Europe/Moscow"),
            chat_mode="open",
            created_ms=0,
        )
        self.codes[no] = new
        return no

    def list_of(self, *media: int) -> int:
        no = add(
            self.connection,
            tables.lists,
            project_no=self.project_no,
            code=code(),
            title="List",
            created_ms=0,
        )
        for media_no in media:
            add(self.connection, tables.list_media, list_no=no, media_no=media_no)
        return no

    def participant(
        self,
        list_no: int,
        user_id: str,
        *,
        name: str | None = None,
        email: str | None = None,
        removed_ms: int | None = None,
        updated_ms: int = 0,
    ) -> int:
        return add(
            self.connection,
            tables.participants,
            project_no=self.project_no,
            list_no=list_no,
            user_id=user_id,
            name=name,
            email=email,
            fields={},
            created_ms=0,
            updated_ms=updated_ms,
            removed_ms=removed_ms,
        )

    def grant(
        self, media_no: int, user_id: str, *, name: str | None = None, revoked_ms: int | None = None
    ) -> int:
        return add(
            self.connection,
            tables.grants,
            project_no=self.project_no,
            media_no=media_no,
            hash=code().encode(),
            user_id=user_id,
            name=name,
            identity="signed",
            created_ms=0,
            revoked_ms=revoked_ms,
        )

    def play(
        self,
        media_no: int,
        user_id: str,
        *,
        identity: str = "signed",
        opened_ms: int = 0,
        last_arrival_ms: int = 0,
        ip: str = "192.0.2.1",
        user_agent: str = "Browser",
        grant_no: int | None = None,
    ) -> int:
        return add(
            self.connection,
            tables.plays,
            **self._of_event(media_no=media_no, user_id=user_id, identity=identity, ip=ip),
            code=code(),
            grant_no=grant_no or self.grant(media_no, user_id),
            upload_key_hash=b"",
            user_agent=user_agent,
            opened_ms=opened_ms,
            last_arrival_ms=last_arrival_ms,
            state=b"",
        )

    def span(
        self,
        media_no: int,
        play_no: int,
        ordinal: int,
        start_ms: int,
        end_ms: int,
        *,
        state: str = "playing",
        unverified: bool = False,
        late: bool = False,
        visible: bool = True,
        muted: bool = False,
        rate: float = 1.0,
        content_from_ms: int | None = None,
        content_to_ms: int | None = None,
    ) -> None:
        add(
            self.connection,
            tables.spans,
            **self._of_event(media_no=media_no, play_no=play_no, ordinal=ordinal, state=state),
            start_ms=start_ms,
            end_ms=end_ms,
            unverified=unverified,
            late=late,
            visible=visible,
            muted=muted,
            rate=rate,
            epoch=1,
            first_seq=ordinal,
            last_seq=ordinal,
            player_from_ms=start_ms,
            player_to_ms=end_ms,
            content_from_ms=start_ms if content_from_ms is None else content_from_ms,
            content_to_ms=end_ms if content_to_ms is None else content_to_ms,
            first_arrival_ms=end_ms,
            last_arrival_ms=end_ms,
            bound_ms=0,
        )

    def session(
        self,
        media_no: int,
        starts_ms: int | None = None,
        ends_ms: int | None = None,
        *,
        title: str = "Session",
        from_ms: int | None = None,
        to_ms: int | None = None,
        removed_ms: int | None = None,
    ) -> str:
        new = code()
        add(
            self.connection,
            tables.sessions,
            **self._of_event(media_no=media_no, code=new, title=title, revision=1),
            starts_ms=starts_ms,
            ends_ms=ends_ms,
            from_ms=from_ms,
            to_ms=to_ms,
            created_ms=0,
            removed_ms=removed_ms,
        )
        return new

    def check(
        self,
        media_no: int,
        issued_ms: int | None,
        *,
        origin: str = "manual",
        state: str = "issued",
        lifetime_s: int = 10,
        ordinal: int = 1,
        last_issued_ms: int | None = None,
    ) -> int:
        new = code()
        no = add(
            self.connection,
            tables.checks,
            **self._of_event(media_no=media_no, code=new, origin=origin, state=state, ordinal=ordinal),
            kind="click",
            lifetime_s=lifetime_s,
            sound=True,
            issued_ms=issued_ms,
            last_issued_ms=issued_ms if last_issued_ms is None else last_issued_ms,
            created_ms=0,
        )
        self.codes[-no] = new
        return no

    def check_code(self, check_no: int) -> str:
        return self.codes[-check_no]

    def prompt(
        self,
        media_no: int,
        check_no: int,
        user_id: str,
        state: str,
        issued_ms: int,
        *,
        shown_ms: int | None = None,
        confirmed_ms: int | None = None,
        expired_ms: int | None = None,
        closed_ms: int | None = None,
        unshown: bool = False,
        late: bool = False,
    ) -> None:
        add(
            self.connection,
            tables.prompts,
            **self._of_event(media_no=media_no, check_no=check_no, user_id=user_id, state=state),
            issued_ms=issued_ms,
            lifetime_ms=10_000,
            shown_ms=shown_ms,
            confirmed_ms=confirmed_ms,
            expired_ms=expired_ms,
            closed_ms=closed_ms,
            unshown=unshown,
            late=late,
        )

    def returned(
        self, media_no: int, play_no: int, user_id: str, at_ms: int, *, seq: int = 1, check: str = ""
    ) -> None:
        """Add a mark by which a participant says that they are back after a miss of `check`."""
        add(
            self.connection,
            tables.marks,
            **self._of_event(media_no=media_no, play_no=play_no, user_id=user_id, at_ms=at_ms, seq=seq),
            mark="resume",
            check_code=check,
            arrival_ms=at_ms,
            bound_ms=0,
            visible=True,
            trusted=True,
        )

    def review(self, media_no: int, user_id: str, from_ms: int, to_ms: int, *, counts: bool = True) -> None:
        add(
            self.connection,
            tables.reviews,
            **self._of_event(media_no=media_no, user_id=user_id, code=code(), counts=counts),
            from_ms=from_ms,
            to_ms=to_ms,
            reason="Seen",
            actor="reviewer",
            created_ms=0,
        )

    def outage(
        self,
        from_ms: int,
        to_ms: int,
        *,
        source: str = "down",
        media_no: int | None = None,
        withdrawn_ms: int | None = None,
    ) -> None:
        """Add an outage of ours, which is everybody's, a silence of this project, or an incident of this event."""
        of: dict[str, Any] = {"project_no": self.project_no} if source == "silence" else {}
        of = self._of_event(media_no=media_no) if source == "incident" else of
        add(
            self.connection,
            tables.outages,
            **of,
            code=code(),
            source=source,
            from_ms=from_ms,
            to_ms=to_ms,
            reason="Said" if source == "incident" else None,
            created_ms=0,
            withdrawn_ms=withdrawn_ms,
        )

    def judged(self, **values: Any) -> None:
        """Set how the event has its evidence judged."""
        of_event = tables.events.c.no == self.event_no
        self.connection.execute(update(tables.events).where(of_event).values(**values))

    def plan(self, media_no: int, settings: dict[str, Any]) -> None:
        add(
            self.connection,
            tables.check_plans,
            **self._of_event(media_no=media_no, settings=settings, paused=False),
            created_ms=0,
            updated_ms=0,
        )
