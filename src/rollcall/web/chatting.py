"""What a player says of the chat, and what is told of it: to the room by its versions, to this player at once."""

from rollcall.actions import chat_reading as reading
from rollcall.actions.chat_desk import Author, ChatDesk, SaidBefore, Word
from rollcall.domain.chat import Place
from rollcall.domain.errors import Forbidden, TooMany
from rollcall.live.limits import Limit
from rollcall.store import chat as store
from rollcall.store.database import Connection
from rollcall.web.deps import Deps
from rollcall.wire import chat_out, viewer_in

Answer = chat_out.Chatted | None


def pace() -> Limit:
    """Return how often a participant may vote and look back, over all players: a page in order never comes near."""
    return Limit(burst=120, per_minute=600)


async def hear(
    deps: Deps, desk: ChatDesk, limit: Limit, place: Place, author: Author, said: viewer_in.Chatting
) -> Answer:
    """Do what a player says; return what is for this one alone. Too many votes and questions get no answer."""
    now_ms = deps.clock.now_ms()
    if isinstance(said, viewer_in.Say):
        return await _say(desk, Word(place, author, said, now_ms))
    if limit.take((str(place.media_no), author.user_id), now_ms):
        return None
    match said:
        case viewer_in.ChatVote():
            return await _vote(deps, desk, Word(place, author, said, now_ms))
        case viewer_in.AskChatTail(after=after):
            return await deps.db.read(lambda conn: _tail(conn, place, after))
        case viewer_in.AskChatHistory(before=before):
            return await deps.db.read(lambda conn: reading.history(conn, place, before))
        case viewer_in.AskChatQuestions():
            return await deps.db.read(lambda conn: reading.questions(conn, place))


async def _say(desk: ChatDesk, word: Word) -> chat_out.NotSaid | None:
    assert isinstance(word.said, viewer_in.Say)
    try:
        await desk.take(word)
    except TooMany as refusal:
        return chat_out.NotSaid(word.said.ref, refusal.code, refusal.retry_after_s)
    except (Forbidden, SaidBefore) as refusal:
        return chat_out.NotSaid(word.said.ref, refusal.code, 0)
    return None


async def _vote(deps: Deps, desk: ChatDesk, word: Word) -> chat_out.ChatMe | None:
    """Vote; whoever may not is told how it stands."""
    try:
        await desk.take(word)
    except Forbidden:
        user_id, place = word.author.user_id, word.place

        def read(conn: Connection) -> chat_out.ChatMe:
            room = store.get_room(conn, place)
            return reading.people_of(conn, place, room, [user_id], word.now_ms)[user_id]

        return await deps.db.read(read)
    return None


def _tail(conn: Connection, place: Place, after: int) -> chat_out.Chat | None:
    return reading.since(conn, place, store.get_room(conn, place), after)
