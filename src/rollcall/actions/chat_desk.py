"""Takes in what participants say and vote for in chats, of all who speak at about the same time in one transaction.

Nothing is shown before that commit. What a page sends again, because its connection broke before it knew, is the same
message: it is found by the page's own name for it. Who is refused spoils nobody else's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rollcall.actions.chat_reading import people_of
from rollcall.base.together import Together
from rollcall.domain.chat import Place, wait_ms
from rollcall.domain.errors import Forbidden, RollcallError, TooMany
from rollcall.domain.ids import PlayNo, UserId
from rollcall.live.chat_feed import ChatFeed
from rollcall.live.hub import Hub
from rollcall.store import chat as store
from rollcall.store import chat_people as people
from rollcall.store.chat import ChatRoom, NewMessage
from rollcall.store.database import Connection, Database
from rollcall.wire import viewer_in, viewer_out

AT_ONCE = 100  # at about a millisecond each: evidence must not wait long behind them


class SaidBefore(RollcallError):
    """Raised when a page sends a message again that was taken already."""

    code = "said_before"
    title = "This was said before"


@dataclass(frozen=True, slots=True)
class Author:
    """A participant who speaks from a play; `name` is the one on the list, empty = none."""

    user_id: UserId
    name: str
    play_no: PlayNo


@dataclass(frozen=True, slots=True)
class Word:
    """What a participant says in which chat, and when it arrived."""

    place: Place
    author: Author
    said: viewer_in.Say | viewer_in.ChatVote
    now_ms: int


Told = bytes | None


class ChatDesk:
    """The one way of what participants say to the disk, and from there to the rooms."""

    def __init__(self, db: Database, hub: Hub, feed: ChatFeed) -> None:
        self._db = db
        self._hub = hub
        self._feed = feed
        self._words = Together(self._take_all, AT_ONCE)

    async def take(self, word: Word) -> None:
        """Do it, and let the room know. Raises Forbidden (`chat_closed`, `chat_banned`), TooMany, SaidBefore."""
        told = await self._words.ask(word)
        if isinstance(told, RollcallError):
            raise told
        self._feed.wake(word.place.media_no)
        if told is not None:
            self._hub.send_users(word.place.media_no, [word.author.user_id], told)

    async def _take_all(self, words: Sequence[Word]) -> list[Told | RollcallError]:
        return await self._db.write(lambda conn: take_all(conn, words))


def take_all(conn: Connection, words: Sequence[Word]) -> list[Told | RollcallError]:
    """Take words in the order of their rooms, each room's as they came: no two nodes wait for each other."""
    order = sorted(range(len(words)), key=lambda at: words[at].place.media_no)
    told = {at: _take(conn, words[at]) for at in order}
    return [told[at] for at in range(len(words))]


def _take(conn: Connection, word: Word) -> Told | RollcallError:
    """Do one thing; whatever it refuses, it refuses before it writes. Returns what its participant has to be told."""
    room = store.get_room(conn, word.place, hold=True)
    try:
        match word.said:
            case viewer_in.Say():
                return _say(conn, room, word, word.said)
            case viewer_in.ChatVote():
                return _vote(conn, room, word, word.said)
    except (Forbidden, TooMany, SaidBefore) as refusal:
        return refusal


def _say(conn: Connection, room: ChatRoom, word: Word, said: viewer_in.Say) -> Told:
    place, author, now_ms = word.place, word.author, word.now_ms
    if store.find_said(conn, place, author.user_id, said.ref) is not None:
        raise SaidBefore("This message was taken already.")
    _refuse_if_silenced(conn, room, word)
    known = people.authors_among(conn, place, [author.user_id]).get(author.user_id)
    left_ms = wait_ms(None if known is None else known.said_ms, room.slow_s, now_ms)
    if left_ms:
        raise TooMany("Slow mode: wait before the next message.", -(-left_ms // 1000))
    number = people.note_author(conn, place, author.user_id, now_ms).number
    replied = None if said.reply_to is None else store.find_message(conn, place, said.reply_to)
    numbers = people.known_numbers(conn, place, said.mentions)
    store.add_message(
        conn,
        place,
        NewMessage(
            state="waiting" if room.premoderated else "shown",
            author=author.name,
            text=said.text.strip(),
            at_ms=now_ms,
            user_id=author.user_id,
            number=number,
            kind=said.kind,
            mentions=tuple(one for one in dict.fromkeys(said.mentions) if one in numbers),
            ref=said.ref,
            reply_to=replied.no if replied is not None and replied.state == "shown" else None,
            play_no=author.play_no,
        ),
    )
    # The others of the participant's pages learn their number; all of them, how long they have to wait.
    return _mine(conn, word) if known is None or room.slow_s else None


def _vote(conn: Connection, room: ChatRoom, word: Word, said: viewer_in.ChatVote) -> Told:
    """Count a vote for somebody else's question that is shown; for anything else nothing happens."""
    _refuse_if_silenced(conn, room, word)
    user_id = word.author.user_id
    question = store.find_message(conn, word.place, said.message)
    if (
        question is not None
        and (question.kind, question.state) == ("question", "shown")
        and question.user_id != user_id
        and people.set_vote(conn, word.place, question.no, user_id, word.now_ms, on=said.on)
    ):
        votes = question.votes + (1 if said.on else -1)
        store.change_message(conn, word.place, question.no, votes=votes)
    return _mine(conn, word)


def _refuse_if_silenced(conn: Connection, room: ChatRoom, word: Word) -> None:
    if room.mode == "closed":
        raise Forbidden("The chat is closed.", code="chat_closed")
    if people.banned_among(conn, word.place, [word.author.user_id]):
        raise Forbidden("This participant may read but not write.", code="chat_banned")


def _mine(conn: Connection, word: Word) -> bytes:
    user_id, room = word.author.user_id, store.get_room(conn, word.place)
    return viewer_out.encode(people_of(conn, word.place, room, [user_id], word.now_ms)[user_id])
