"""Chats on both engines: who may say what and when, what others see of it, and what is told to whom."""

import asyncio
from functools import partial
from typing import Any

import pytest

from rollcall.actions import chat
from rollcall.actions.chat_desk import Author, SaidBefore, Word
from rollcall.actions.chat_reading import catch_up, history, items_of, people_of, questions
from rollcall.domain.chat import quotation
from rollcall.domain.errors import Conflict, Forbidden, Malformed, NotFound, RollcallError, TooMany
from rollcall.domain.ids import PlayNo, UserId
from rollcall.store import chat as store
from rollcall.store import chat_people as people
from rollcall.store.database import Database
from rollcall.wire import chat_out, viewer_in
from tests.chat_page import ChatLine
from tests.chat_room import ANNA, BORIS, CLARA, ChatRoomStage, open_chat


async def seen(stage: ChatRoomStage) -> list[chat_out.ChatItem]:
    """Return what everybody sees."""

    def read(conn: Any) -> list[chat_out.ChatItem]:
        room = store.get_room(conn, stage.place)
        return items_of(conn, stage.place, room, store.list_messages(conn, stage.place, 100)[::-1])

    return await stage.db.read(read)


async def me(stage: ChatRoomStage, user_id: UserId) -> chat_out.ChatMe:
    """Return what one participant is told of themselves."""

    def read(conn: Any) -> chat_out.ChatMe:
        room = store.get_room(conn, stage.place)
        return people_of(conn, stage.place, room, [user_id], stage.clock.at_ms)[user_id]

    return await stage.db.read(read)


async def test_messages_stand_in_the_order_of_saying_each_with_its_version(database: Database) -> None:
    stage = await open_chat(database)
    for user_id, text in ((ANNA, "раз"), (BORIS, "два"), (ANNA, "три")):
        await stage.say(user_id, text)
    items = await seen(stage)
    assert [(item.version, item.by, item.author, item.text) for item in items] == [
        (1, 1, "Anna", "раз"),
        (2, 2, "Boris", "два"),
        (3, 1, "Anna", "три"),
    ]


async def test_a_message_that_is_sent_again_is_one(database: Database) -> None:
    stage = await open_chat(database)
    ref = await stage.say(ANNA, "раз")
    with pytest.raises(SaidBefore):
        await stage.say(ANNA, "раз", ref=ref)
    await stage.say(BORIS, "то же имя у другого", ref=ref)
    assert [item.text for item in await seen(stage)] == ["раз", "то же имя у другого"]


async def test_the_same_message_twice_at_once_is_one(database: Database) -> None:
    stage = await open_chat(database)
    said = viewer_in.Say(ref="r", text="раз")
    word = Word(stage.place, stage.author(ANNA), said, stage.clock.at_ms)
    both = await stage.desk._take_all([word, word])
    assert [type(told).__name__ for told in both] == ["bytes", "SaidBefore"]
    assert len(await seen(stage)) == 1


@pytest.mark.parametrize("slow_s", [0, 30])
async def test_who_writes_too_soon_is_told_how_long_to_wait(database: Database, slow_s: int) -> None:
    stage = await open_chat(database)
    await stage.set(slow_s=slow_s)
    least_ms = max(700, slow_s * 1000)
    await stage.say(ANNA)
    assert (await me(stage, ANNA)).wait_ms == least_ms
    with pytest.raises(TooMany) as refused:
        await stage.say(ANNA, pause_ms=least_ms - 1)
    assert refused.value.retry_after_s == 1
    await stage.say(BORIS, pause_ms=0)
    await stage.say(ANNA, pause_ms=1)
    assert (await me(stage, CLARA)).wait_ms == 0


async def test_a_closed_chat_takes_messages_of_the_organiser_alone(database: Database) -> None:
    stage = await open_chat(database)
    await stage.set(mode="closed")
    with pytest.raises(Forbidden) as refused:
        await stage.say(ANNA)
    assert refused.value.code == "chat_closed"
    await stage.announce("Перерыв")
    assert [(item.by, item.author, item.text) for item in await seen(stage)] == [
        (0, "Организатор", "Перерыв")
    ]


async def test_who_is_banned_reads_and_is_told_so(database: Database) -> None:
    stage = await open_chat(database)
    line = ChatLine(ANNA)
    stage.hub.room(stage.place.media_no).add(line)
    await chat.set_ban(stage.db, stage.hub, stage.moderator(), ANNA, banned=True)
    await chat.set_ban(stage.db, stage.hub, stage.moderator(), ANNA, banned=True)
    assert [b'"banned":true' in payload for payload in line.holds] == [True, True]
    with pytest.raises(Forbidden) as refused:
        await stage.say(ANNA)
    assert refused.value.code == "chat_banned"
    await stage.say(BORIS)
    bans = await stage.db.read(lambda conn: people.list_bans(conn, stage.place, 10, 0))
    assert [ban.user_id for ban in bans] == [ANNA]
    await chat.set_ban(stage.db, stage.hub, stage.moderator(), ANNA, banned=False)
    await stage.say(ANNA)
    assert not (await me(stage, ANNA)).banned


async def test_what_waits_is_seen_by_its_author_alone_until_it_is_decided(database: Database) -> None:
    stage = await open_chat(database)
    await stage.say(ANNA, "до")
    await stage.set(premoderated=True)
    await stage.say(ANNA, "первое")
    await stage.say(BORIS, "второе")
    first, second = await stage.messages("waiting")
    assert [item.text for item in await seen(stage)] == ["до"]
    assert [(own.text, own.state) for own in (await me(stage, ANNA)).own] == [("первое", "waiting")]
    await stage.decide(second.no, "shown")
    await stage.announce("между")
    await stage.decide(first.no, "rejected")
    assert [(own.text, own.state) for own in (await me(stage, ANNA)).own] == [("первое", "rejected")]
    assert (await me(stage, BORIS)).own == []
    assert (await stage.decide(first.no, "shown")).state == "shown"
    assert [item.text for item in await seen(stage)] == ["до", "второе", "между", "первое"]
    again = await stage.decide(first.no, "shown")
    assert again.version == (await stage.last()).version
    with pytest.raises(Conflict):
        await stage.decide(first.no, "rejected")


async def test_removed_messages_leave_and_what_quotes_them_says_nothing_of_them(database: Database) -> None:
    stage = await open_chat(database)
    await stage.say(ANNA, "секрет")
    told = await stage.last()
    await stage.say(BORIS, "ответ", reply_to=told.no)
    (_, reply) = await seen(stage)
    assert reply.reply == chat_out.ChatQuote(told.no, 1, "Anna", False, "секрет")
    await stage.remove(told.no)
    (reply,) = await seen(stage)
    assert reply.reply is not None
    assert (reply.reply.id, reply.reply.text) == (told.no, None)
    for message in (told.no, 10**9):
        with pytest.raises(NotFound):
            await stage.remove(message)


async def test_replies_to_what_is_not_shown_here_quote_nothing(database: Database) -> None:
    stage, other = await open_chat(database), await open_chat(database)
    await other.say(CLARA, "в другом зале")
    await stage.set(premoderated=True)
    await stage.say(CLARA, "ждёт")
    waiting = await stage.last("waiting")
    await stage.set(premoderated=False)
    for target in ((await other.last()).no, waiting.no, 10**9):
        await stage.say(ANNA, "ответ", reply_to=target)
        with pytest.raises(Malformed):
            await stage.announce("ответ", reply_to=target)
    assert [item.reply for item in await seen(stage)] == [None] * 3


async def test_questions_are_voted_for_once_each_and_answered(database: Database) -> None:
    stage = await open_chat(database)
    await stage.say(ANNA, "Почему?", kind="question")
    question = await stage.last()
    for user_id in (BORIS, BORIS, CLARA, ANNA):
        await stage.vote(user_id, question.no)
    assert (await stage.last()).votes == 2  # one's own does not count
    assert (await me(stage, BORIS)).voted == [question.no]
    await stage.vote(BORIS, question.no, on=False)
    await stage.vote(BORIS, question.no, on=False)
    assert (await stage.last()).votes == 1
    await stage.say(BORIS, "не вопрос")
    await stage.vote(CLARA, (await stage.last()).no)
    assert [message.votes for message in await stage.messages()] == [1, 0]
    await stage.announce("Потому что", reply_to=question.no, answers=True)
    shown = await seen(stage)
    assert [(item.answered, item.reply is not None and item.reply.question) for item in shown] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    taken_back = await chat.mark_answered(
        stage.db, stage.feed, stage.place, question.no, stage.clock.at_ms, answered=False
    )
    assert taken_back.answered_ms is None


@pytest.mark.parametrize("silence", ["closed", "banned"])
async def test_who_may_not_write_may_not_vote(database: Database, silence: str) -> None:
    stage = await open_chat(database)
    await stage.say(ANNA, "Почему?", kind="question")
    if silence == "closed":
        await stage.set(mode="closed")
    else:
        await chat.set_ban(stage.db, stage.hub, stage.moderator(), BORIS, banned=True)
    with pytest.raises(Forbidden):
        await stage.vote(BORIS, (await stage.last()).no)
    assert (await stage.last()).votes == 0


async def test_questions_come_with_the_open_and_most_wanted_first(database: Database) -> None:
    stage = await open_chat(database)
    for text in ("первый", "второй", "третий"):
        await stage.say(ANNA, text, kind="question")
    first, second, third = await stage.messages()
    await stage.vote(BORIS, third.no)
    await stage.vote(BORIS, first.no)
    await stage.vote(CLARA, first.no)
    await chat.mark_answered(stage.db, stage.feed, stage.place, first.no, 1, answered=True)
    told = await stage.db.read(lambda conn: questions(conn, stage.place))
    assert [item.id for item in told.items] == [third.no, second.no, first.no]


async def test_a_message_is_no_question_to_be_answered(database: Database) -> None:
    stage = await open_chat(database)
    await stage.say(ANNA)
    message = (await stage.last()).no
    with pytest.raises(Conflict):
        await chat.mark_answered(stage.db, stage.feed, stage.place, message, 1, answered=True)
    with pytest.raises(Conflict):
        await stage.announce("Да", reply_to=message, answers=True)
    with pytest.raises(Malformed):
        await stage.announce("Да", answers=True)


async def test_pseudonyms_hide_every_name_also_of_what_was_said_before(database: Database) -> None:
    stage = await open_chat(database)
    await stage.say(ANNA, "раз")
    await stage.say(BORIS, "ответ", reply_to=(await stage.last()).no)
    await stage.set(authors="pseudonyms")
    await stage.say(ANNA, "два")
    await stage.announce("три")
    items = await seen(stage)
    assert [(item.by, item.author) for item in items] == [
        (1, None),
        (2, None),
        (1, None),
        (0, "Организатор"),
    ]
    assert items[1].reply == chat_out.ChatQuote(items[0].id, 1, None, False, "раз")
    for word in (b"Anna", b"anna", b"Boris", b"boris"):
        pages = await stage.db.read(lambda conn: catch_up(conn, stage.place, [(CLARA, 0)], 0))
        assert word not in b"".join(pages.messages[0])
    await stage.set(authors="names")
    assert [item.author for item in await seen(stage)] == ["Anna", "Boris", "Anna", "Организатор"]


async def test_no_page_is_told_the_user_id_of_anybody(database: Database) -> None:
    stage = await open_chat(database)
    author = Author(UserId("snils-123-456"), "", PlayNo(1))
    said = viewer_in.Say(ref="r", text="?")
    await stage.desk.take(Word(stage.place, author, said, stage.clock.at_ms))
    for reader in (CLARA, author.user_id):
        told = await stage.db.read(partial(catch_up, place=stage.place, pages=[(reader, 0)], now_ms=0))
        assert b"snils" not in b"".join(told.messages[0])
    assert [(item.by, item.author) for item in await seen(stage)] == [(1, None)]


async def test_only_those_who_have_written_here_can_be_meant(database: Database) -> None:
    stage = await open_chat(database)
    await stage.say(ANNA)
    await stage.say(BORIS, "@Anna", mentions=[1, 1, 99])
    assert (await stage.last()).mentions == (1,)


async def test_history_has_no_gap(database: Database) -> None:
    stage = await open_chat(database)
    for number in range(250):
        await stage.announce(str(number))
    told: list[str] = []
    before, more = 10**9, True
    while more:
        page = await stage.db.read(partial(history, place=stage.place, before=before))
        told = [item.text for item in page.items] + told
        before, more = page.items[0].version, page.more
    assert told == [str(number) for number in range(250)]


async def test_one_refusal_spoils_nobody_elses_word(database: Database) -> None:
    stage = await open_chat(database)
    await chat.set_ban(stage.db, stage.hub, stage.moderator(), BORIS, banned=True)
    words = [
        Word(stage.place, stage.author(user_id), viewer_in.Say(ref=str(n), text="?"), stage.clock.at_ms)
        for n, user_id in enumerate((ANNA, BORIS, CLARA, ANNA))
    ]
    told = await stage.desk._take_all(words)
    assert [isinstance(one, RollcallError) for one in told] == [False, True, False, True]
    assert [item.by for item in await seen(stage)] == [1, 2]


async def test_two_desks_at_once_give_everybody_their_own_number(postgres_database: Database) -> None:
    stage = await open_chat(postgres_database)
    other = ChatRoomStage(postgres_database, stage.place, stage.code)
    users = [UserId(f"u-{n}") for n in range(40)]
    await asyncio.gather(*((stage if n % 2 else other).say(user_id) for n, user_id in enumerate(users)))
    items = await seen(stage)
    assert sorted(item.by for item in items) == list(range(1, 41))
    assert [item.version for item in items] == list(range(1, 41))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("коротко", "коротко"),
        ("две\n\n строки", "две строки"),
        ("слово " * 50, "слово " * 22 + "слово…"),
        ("ы" * 500, "ы" * 139 + "…"),
    ],
)
def test_a_quotation_is_one_short_line(text: str, shown: str) -> None:
    assert quotation(text) == shown
    assert len(quotation(text)) <= 140
