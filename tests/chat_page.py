"""What a page knows of a chat, by the same rules as the player's `embed/chat/room.ts`, and what must never be in it."""

from dataclasses import dataclass, field

import msgspec

from rollcall.domain.ids import UserId
from rollcall.live.arrivals import Offer
from rollcall.wire import chat_out
from rollcall.wire.close import Close


@dataclass(slots=True)
class ChatPage:
    """What one page shows; `heard`: there is something up to there, `faults`: what should not have been."""

    version: int = 0
    heard: int = 0
    greeted: bool = False
    more: bool = False
    items: dict[int, chat_out.ChatItem] = field(default_factory=dict)  # by version
    ahead: list[chat_out.Chat] = field(default_factory=list)
    me: chat_out.ChatMe | None = None
    state: chat_out.ChatState | None = None
    faults: list[str] = field(default_factory=list)

    def take(self, message: object) -> None:
        """React to one message of the server as the page does."""
        match message:
            case chat_out.ChatMe():
                if self.me is None or message.version >= self.me.version:
                    self.me = message
                    self._own_without({item.id for item in self.items.values()})
            case chat_out.ChatState():
                self.state = message
            case chat_out.Chat():
                self._frame(message)
            case _:
                pass

    def lacks(self) -> bool:
        """Tell whether a frame was lost."""
        return self.heard > self.version

    def _own_without(self, known: set[int]) -> None:
        """Take those out that everybody sees, or nobody any more."""
        if self.me is not None:
            own = [one for one in self.me.own if one.id not in known]
            self.me = msgspec.structs.replace(self.me, own=own)

    def shown(self) -> list[chat_out.ChatItem]:
        """Return the messages in the order in which they stand."""
        return [self.items[version] for version in sorted(self.items)]

    def _frame(self, frame: chat_out.Chat) -> None:
        if frame.snapshot:
            known = self.version
            self.items, self.version, self.heard = {}, 0, 0
            self._apply(frame)
            self.more, self.greeted = frame.more, True
            self.heard = max(known if frame.version < known else 0, frame.version)
        elif frame.version <= self.version:
            return
        elif frame.since > self.version or not (self.greeted or self.version > 0):
            self.ahead.append(frame)
            self.heard = max(self.heard, frame.version)
        else:
            self._apply(frame)
        for early in self.ahead:
            if early.since <= self.version < early.version:
                self._apply(early)
        self.ahead = [early for early in self.ahead if early.since > self.version]
        self.heard = max([self.heard, *(early.version for early in self.ahead)])

    def _apply(self, frame: chat_out.Chat) -> None:
        self.version, self.heard = frame.version, max(self.heard, frame.version)
        gone = set(frame.removed)
        self.items = {at: item for at, item in self.items.items() if item.id not in gone}
        first = min(self.items, default=0)
        places = [item.version for item in frame.items]
        if places != sorted(set(places)):
            self.faults.append(f"a frame to {frame.version} is out of order: {places}")
        for item in frame.items:
            if item.version in self.items or item.version > first or not self.more:
                self.items[item.version] = item
        self._own_without(gone | {item.id for item in frame.items})
        ids = [item.id for item in self.items.values()]
        if len(ids) != len(set(ids)):
            self.faults.append(f"at {frame.version} a message is shown twice")


@dataclass(eq=False)
class ChatLine:
    """A connection of a room; what it `holds` is on its way to a page. Satisfies `Connection`."""

    user_id: UserId
    holds: list[bytes] = field(default_factory=list)

    def send(self, payload: bytes) -> None:
        self.holds.append(payload)

    def offer(self, offer: Offer, payload: bytes) -> None:
        raise AssertionError(f"no check is asked here: {offer}, {payload!r}")

    def close(self, code: Close) -> None:
        raise AssertionError(code)
