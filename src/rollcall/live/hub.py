"""Rooms and their fan-out: who is connected to which media now, and "send these bytes to this room".

Bytes are encoded once by the caller and handed to every connection without awaiting any: a connection that cannot
take them at once is evicted. In memory only; it knows neither SQL nor what the bytes mean.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

from rollcall.domain.ids import MediaNo, UserId
from rollcall.live.arrivals import Offer
from rollcall.wire.close import Close


class Connection(Protocol):
    """One viewer socket as a room sees it."""

    @property
    def user_id(self) -> UserId:
        """Return whose it is."""

    def send(self, payload: bytes) -> None:
        """Hand over one message; never waits. A connection that cannot take it closes itself with TOO_SLOW."""

    def offer(self, offer: Offer, payload: bytes) -> None:
        """Hand over a prompt like `send`, with the play's own proof of it in place of the empty `mac`.

        Its place among the ticks is noted: a later one answered proves receipt.
        """

    def close(self, code: Close) -> None:
        """Close soon; never waits."""


class Room:
    """The connections of one media, by user: a user may have several."""

    def __init__(self) -> None:
        self._by_user: dict[UserId, set[Connection]] = defaultdict(set)
        self._seen: set[UserId] = set()

    def add(self, connection: Connection) -> None:
        """Let `connection` receive what the room is sent."""
        self._by_user[connection.user_id].add(connection)
        self._seen.add(connection.user_id)

    def discard(self, connection: Connection) -> None:
        """Forget `connection`; unknown ones are ignored."""
        of_user = self._by_user.get(connection.user_id)
        if of_user is None:
            return
        of_user.discard(connection)
        if not of_user:
            del self._by_user[connection.user_id]

    def users(self) -> list[UserId]:
        """Return everybody with at least one connection."""
        return list(self._by_user)

    def is_visited(self) -> bool:
        """Tell whether `lately` would name anybody."""
        return bool(self._by_user or self._seen)

    def lately(self) -> set[UserId]:
        """Return everybody with a connection now or at any moment since this was asked last: by one caller only."""
        seen, self._seen = self._seen | set(self._by_user), set()
        return seen

    def of_user(self, user_id: UserId) -> tuple[Connection, ...]:
        """Return the connections of one user."""
        return tuple(self._by_user.get(user_id, ()))

    def all(self) -> Iterator[Connection]:
        """Iterate over a snapshot of every connection."""
        return iter([connection for of_user in self._by_user.values() for connection in of_user])


class Hub:
    """Every room of this process."""

    def __init__(self) -> None:
        self._rooms: dict[MediaNo, Room] = {}

    def room(self, media: MediaNo) -> Room:
        """Return the room of `media`, opened on first use."""
        return self._rooms.setdefault(media, Room())

    def rooms(self) -> list[tuple[MediaNo, Room]]:
        """Return a snapshot of all rooms."""
        return list(self._rooms.items())

    def send_room(self, media: MediaNo, payload: bytes) -> None:
        """Send one encoded message to every connection of `media`."""
        for connection in self.room(media).all():
            connection.send(payload)

    def send_users(self, media: MediaNo, users: Iterable[UserId], payload: bytes) -> None:
        """Send one encoded message to every connection of these users."""
        room = self.room(media)
        for user_id in users:
            for connection in room.of_user(user_id):
                connection.send(payload)

    def offer_users(self, media: MediaNo, users: Iterable[UserId], offer: Offer, payload: bytes) -> None:
        """Send one encoded prompt to every connection of these users."""
        room = self.room(media)
        for user_id in users:
            for connection in room.of_user(user_id):
                connection.offer(offer, payload)

    def close_users(self, media: MediaNo, users: Iterable[UserId], code: Close) -> None:
        """Close every connection of these users (access withdrawn)."""
        room = self.room(media)
        for user_id in users:
            for connection in room.of_user(user_id):
                connection.close(code)
