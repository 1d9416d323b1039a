"""The viewer socket of a running server: what it proves, and what it refuses."""

import asyncio
import time
from typing import Any

import pytest

from tests.server.conftest import Event


async def watch(event: Event, seconds: float = 2.0) -> tuple[Any, int]:
    """Open a session, watch for a while, and return the player and how long its beats say."""
    player = await event.player()
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    start = player.now_ms()
    await asyncio.sleep(seconds)
    end = player.now_ms()
    assert await player.send(player.beat(start, end)) == 1
    return player, end - start


async def test_what_is_acknowledged_is_in_the_statistics(event: Event) -> None:
    _, length = await watch(event)
    row = await event.row()
    assert abs(row["watched_ms"] - length) < 500
    assert row["watched_ms"] == row["sessions"][0]["watched_ms"]


async def test_two_tabs_count_once(event: Event) -> None:
    first, second = await event.player(), await event.player()
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    starts = first.now_ms(), second.now_ms()
    await asyncio.sleep(2)
    ends = first.now_ms(), second.now_ms()
    await first.send(first.beat(starts[0], ends[0]))
    await second.send(second.beat(starts[1], ends[1]))
    assert abs((await event.row())["watched_ms"] - (ends[0] - starts[0])) < 500


async def test_rows_sent_again_change_nothing_and_are_acknowledged_again(event: Event) -> None:
    player, _ = await watch(event)
    before = await event.row()
    row = player.envelope()["ticks"]
    assert row
    player.seq = 0
    player.position_ms = 0
    assert await player.send(player.beat(0, 1)) == 1
    assert (await event.row())["watched_ms"] == before["watched_ms"]


async def test_a_gap_is_answered_with_what_is_missing(event: Event) -> None:
    player = await event.player()
    player.seq = 4
    await player.say(player.envelope(player.beat(0, 10)))
    assert await player.hear("gap") == {"type": "gap", "expected": 1}


async def test_claims_of_the_past_and_the_future_earn_nothing(event: Event) -> None:
    player = await event.player()
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    opened = player.now_ms()
    far = [player.beat(10_000_000 + n * 30_000, 10_030_000 + n * 30_000) for n in range(100)]
    assert await player.send(*far) == 100
    await asyncio.sleep(1)
    assert (await event.row())["watched_ms"] <= player.now_ms() - opened + 500


async def test_a_reconnected_player_goes_on_with_its_play(event: Event) -> None:
    player, _ = await watch(event)
    await player.leave()
    opened = await player.connect()
    assert (opened["resumed"], opened["durable"]) == (True, 1)
    start = player.now_ms()
    await asyncio.sleep(0.5)
    assert await player.send(player.beat(start, player.now_ms())) == 2


async def test_somebody_elses_play_is_not_taken_over(event: Event) -> None:
    mine, other = await event.player("d-1"), await event.player("d-2")
    assert other.play is not None
    stolen = dict(other.play)
    mine.play = stolen
    opened = await mine.connect()
    assert (opened["resumed"], opened["play"] != stolen["play"]) == (False, True)
    mine.play = {**opened, "play": stolen["play"]}
    await mine.say(mine.envelope(mine.beat(0, 10)))
    assert await mine.closed() == 4500


async def test_the_connection_that_is_taken_over_ends(event: Event) -> None:
    player = await event.player()
    first = player.socket
    player.socket = None
    await player.connect()
    assert first is not None
    player.socket, second = first, player.socket
    await player.say(player.envelope(player.beat(0, 10)))
    assert await player.closed() == 4003
    player.socket = second


@pytest.mark.parametrize(
    "message",
    [
        {"type": "ask_progress"},
        {"type": "hello"},
        {"type": "hello", "grant": "x" * 30, "credited": True},
        {"type": "shout"},
        "no object",
    ],
)
async def test_what_no_player_says_ends_the_connection(event: Event, message: Any) -> None:
    player = await event.player()
    await player.leave()
    await player.open()
    await player.say(message)
    assert await player.closed() == 4500


@pytest.mark.parametrize(
    "forged",
    [{"grade": "live"}, {"to_ms": -1}, {"to_ms": 2**63}, {"state": "credited"}, {"rate": "1"}, {"seq": 0}],
)
async def test_forged_rows_end_the_connection_and_write_nothing(event: Event, forged: dict[str, Any]) -> None:
    player = await event.player()
    await player.say(player.envelope(player.beat(0, 10, **forged)))
    assert await player.closed() == 4500
    assert (await event.row())["last_seen_at"] is not None
    opened = await player.connect()
    assert opened["durable"] == 0


async def test_an_unknown_grant_is_told_so_and_refused(event: Event) -> None:
    player = await event.player()
    await player.leave()
    player.grant = "grt_" + "A" * 43
    await player.open()
    await player.say({"type": "hello", "grant": player.grant})
    assert await player.hear("refused") == {"type": "refused", "code": "access_withdrawn"}
    assert await player.closed() == 4501


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_foreign_page_cannot_open_the_socket(event: Event, origin: str) -> None:
    player = await event.player()
    await player.leave()
    player.origin = origin
    await player.open()
    assert await player.closed() == 4502


async def test_withdrawn_access_closes_the_open_player(event: Event) -> None:
    player = await event.player()
    await event.api.call("DELETE", f"/lists/{event.people}/participants/d-1")
    assert await player.hear("refused", 10) == {"type": "refused", "code": "access_withdrawn"}
    assert await player.closed(10) == 4501
    await player.open()
    await player.say({"type": "hello", "grant": player.grant})
    assert (await player.hear("refused"))["code"] == "access_withdrawn"


async def test_a_check_is_asked_confirmed_and_counted(event: Event) -> None:
    player = await event.player()
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    check = await event.api.call("POST", f"/media/{event.media}/checks", {"lifetime_s": 30})
    prompt = await player.hear("prompt")
    assert (prompt["check"], prompt["lifetime_ms"]) == (check["id"], 30_000)
    await player.send(player.mark("shown", check["id"]))
    await player.say(player.envelope(player.mark("answered", check["id"])))
    assert (await player.hear("prompt_closed"))["outcome"] == "confirmed"
    assert [c["outcome"] for c in (await event.row())["checks"]] == ["confirmed"]


async def test_progress_is_what_the_statistics_say(event: Event) -> None:
    player, _ = await watch(event)
    await player.say({"type": "ask_progress"})
    told = await player.hear("progress")
    row = await event.row()
    assert told["watched_ms"] == row["watched_ms"]


async def test_chat_reaches_everybody_once_and_in_order(event: Event) -> None:
    first, second = await event.player("d-1"), await event.player("d-2")
    for player in (first, second):
        assert [heard["snapshot"] for heard in player.heard if heard["type"] == "chat"] == [True]
        assert [heard["number"] for heard in player.heard if heard["type"] == "chat_me"] == [None]
    await first.say({"type": "say", "ref": "r1", "text": "Здравствуйте! <b>👋</b>"})
    assert (await first.hear("chat_me"))["number"] == 1
    (own,), (seen,) = [(await player.hear("chat"))["items"] for player in (first, second)]
    assert own == seen
    assert (seen["by"], seen["author"], seen["ref"]) == (1, "Анна Иванова", "r1")
    assert seen["text"] == "Здравствуйте! <b>👋</b>"
    await first.say({"type": "say", "ref": "r2", "text": "ещё"})
    refused = await first.hear("not_said")
    assert (refused["ref"], refused["code"]) == ("r2", "too_many_requests")
    await first.say({"type": "say", "ref": "r1", "text": "Здравствуйте! <b>👋</b>"})
    assert (await first.hear("not_said"))["code"] == "said_before"
    await event.api.call("PATCH", f"/media/{event.media}/chat/settings", {"mode": "closed"})
    assert (await second.hear("chat_state"))["mode"] == "closed"
    await second.say({"type": "say", "ref": "r3", "text": "Можно?"})
    assert (await second.hear("not_said"))["code"] == "chat_closed"
    said = await event.api.call("POST", f"/media/{event.media}/chat", {"text": "Перерыв"})
    frame = await second.hear("chat")
    assert (frame["since"], frame["version"], frame["items"][0]["by"]) == (1, 2, 0)
    await event.api.call("DELETE", f"/media/{event.media}/chat/{said['id']}")
    assert (await second.hear("chat"))["removed"] == [said["id"]]
    history = await event.api.call("GET", f"/media/{event.media}/chat")
    assert [item["text"] for item in history["items"]] == ["Здравствуйте! <b>👋</b>"]


async def test_who_comes_back_is_told_what_was_said_meanwhile_and_no_more(event: Event) -> None:
    player, path = await event.player("d-1"), f"/media/{event.media}/chat"
    await event.api.call("POST", path, {"text": "раз"})
    while not (frame := await player.hear("chat"))["items"]:
        pass
    await player.leave()
    for text in ("два", "три"):
        await event.api.call("POST", path, {"text": text})
    player.heard.clear()
    await player.connect(chat=frame["version"])
    (tail, *_) = [heard for heard in player.heard if heard["type"] == "chat"]
    assert (tail["snapshot"], tail["since"], [item["text"] for item in tail["items"]]) == (
        False,
        frame["version"],
        ["два", "три"],
    )
    await player.say({"type": "ask_chat_tail", "after": tail["version"] - 1})
    while (asked := await player.hear("chat"))["since"] != tail["version"] - 1:
        pass
    assert [item["text"] for item in asked["items"]] == ["три"]
    await player.say({"type": "ask_chat_history", "before": tail["version"]})
    history = await player.hear("chat_history")
    assert ([item["text"] for item in history["items"]], history["more"]) == (["раз", "два"], False)


async def test_however_much_is_said_a_player_gets_five_frames_a_second(event: Event) -> None:
    player, path = await event.player("d-1"), f"/media/{event.media}/chat"
    began_s, player.heard[:] = time.monotonic(), []
    texts = [str(n) for n in range(60)]
    saying = [asyncio.create_task(event.api.call("POST", path, {"text": text})) for text in texts]
    said: list[str] = []
    while len(said) < len(texts):
        said += [item["text"] for item in (await player.hear("chat"))["items"]]
    took_s = time.monotonic() - began_s
    await asyncio.gather(*saying)
    assert sorted(said) == sorted(texts)
    assert [heard["type"] for heard in player.heard].count("chat") <= 1 + took_s / 0.18


async def test_a_question_gathers_votes_and_what_waits_is_its_authors_secret(event: Event) -> None:
    first, second, path = await event.player("d-1"), await event.player("d-2"), f"/media/{event.media}/chat"
    await event.api.call("PATCH", f"{path}/settings", {"premoderated": True})
    await first.say({"type": "say", "ref": "q", "text": "Почему?", "kind": "question"})
    while not (mine := await first.hear("chat_me"))["own"]:
        pass
    assert (mine["own"][0]["ref"], mine["own"][0]["state"]) == ("q", "waiting")
    question = mine["own"][0]["id"]
    await event.api.call("POST", f"{path}/{question}/approve")
    frame = await second.hear("chat")
    assert [(item["id"], item["kind"], item["votes"]) for item in frame["items"]] == [
        (question, "question", 0)
    ]
    await second.say({"type": "chat_vote", "message": question, "on": True})
    assert (await second.hear("chat_me"))["voted"] == [question]
    assert (await second.hear("chat"))["items"][0]["votes"] == 1
    await second.say({"type": "ask_chat_questions"})
    assert [item["id"] for item in (await second.hear("chat_questions"))["items"]] == [question]


async def test_answers_to_the_checks_of_others_are_nobodys(event: Event) -> None:
    """F38: a prompt belongs to its participant and its media, whatever a player claims to have answered."""
    mine, other = await event.player("d-1"), await event.player("d-2")
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    foreign_media = await event.api.call("POST", "/media", {"title": "Другая", "kind": "live"})
    await event.api.call("PUT", f"/lists/{event.people}/media/{foreign_media['code']}")
    foreign = await event.api.call("POST", f"/media/{foreign_media['code']}/checks", {"lifetime_s": 30})
    check = await event.api.call("POST", f"/media/{event.media}/checks", {"lifetime_s": 30})
    await other.hear("prompt")
    await mine.hear("prompt")
    sent = mine.asked.pop(check["id"])
    for cited in ({}, other.asked):  # nothing, or what another player was sent
        mine.asked = dict(cited)
        for asked in (foreign["id"], "AAAAAAAA", check["id"]):
            await mine.send(mine.mark("shown", asked), mine.mark("answered", asked))
    assert [found["outcome"] for found in (await event.row("d-1"))["checks"]] == ["pending"]
    mine.asked = dict.fromkeys((foreign["id"], "AAAAAAAA", check["id"]), sent)
    for asked in mine.asked:
        await mine.send(mine.mark("shown", asked), mine.mark("answered", asked))
    assert [found["outcome"] for found in (await event.row("d-1"))["checks"]] == ["confirmed"]
    assert [found["outcome"] for found in (await event.row("d-2"))["checks"]] == ["pending"]
    report = await event.api.call("GET", f"/media/{foreign_media['code']}/statistics")
    assert report["checks"][0]["confirmed"] == 0
    assert {found["outcome"] for row in report["participants"] for found in row["checks"]} <= {"not_present"}


async def test_an_answer_without_a_display_confirms_nothing(event: Event) -> None:
    player = await event.player()
    await event.api.call("POST", f"/media/{event.media}/sessions", {"title": "Блок 1"})
    check = await event.api.call("POST", f"/media/{event.media}/checks", {"lifetime_s": 30})
    await player.hear("prompt")
    await player.send(player.mark("answered", check["id"]))
    assert [found["outcome"] for found in (await event.row())["checks"]] == ["pending"]


async def test_rows_of_a_clock_that_has_just_begun_anew_wait_for_one_tick(event: Event) -> None:
    """After sleep the player's clock is another one: the server gives it a tick instead of asking again and again."""
    player = await event.player()
    start = player.now_ms()
    await asyncio.sleep(0.3)
    row = player.beat(start, player.now_ms())
    unplaced = player.envelope(row) | {"epoch": 1, "echo": None}
    unplaced["epochs"] = [*unplaced["epochs"], {"epoch": 1, "from_ms": 0, "wall_ms": 1_800_000_000_000}]
    await player.say(unplaced)
    tick = await player.hear("tick")
    assert await player.hear("gap") == {"type": "gap", "expected": 1}
    answered = player.envelope(row)
    answered |= {
        "epoch": 1,
        "epochs": unplaced["epochs"],
        "echo": {"tick": tick["n"], "received_ms": player.now_ms()},
    }
    await player.say(answered)
    assert (await player.hear("ack"))["durable"] == 1
