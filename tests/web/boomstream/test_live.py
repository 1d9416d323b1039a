"""Broadcasts in the compatible API, and our sessions, controls and statistics in its style."""

import threading
from typing import Any

import pytest

from rollcall.actions.statistics import Ask, size_of
from rollcall.actions.statistics import rows as statistics_rows
from rollcall.domain.rules import PUBLISHED
from rollcall.web.boomstream import nmo
from tests.web.boomstream.site import Site
from tests.web.conftest import Api


@pytest.fixture
async def at(api: Api) -> Site:
    site = Site(api, api.mine, "")
    site.media = (await site.json("live/create", title="Эфир", start="2099-03-01 10:00:00"))["Code"]
    return site


async def test_a_broadcast_made_here_is_plain_and_has_the_known_fields(at: Site) -> None:
    told = await at.json("live/info", code=at.media)
    expected = {
        "Status": "Success", "Title": "Эфир", "OnlineStatus": "False", "Type": "live",
        "StartAt": "2099-03-01 10:00:00", "Timezone": "Europe/Moscow", "Concurrent": 0,
    }  # fmt: skip
    assert {name: told[name] for name in expected} == expected
    assert told["PublishKey"].startswith("sk_")
    assert "{{width}}" in told["PlayerCode"]
    assert f"/{at.media}&quot;" in told["PlayerCode"]
    for listed in (told, *(await at.json("live/list"))["Items"]["Item"]):
        assert listed["EncoderLink"] == ""
        assert [listed[name] for name in ("Screenshots", "Recordings")] == [{"Item": []}] * 2
    media = (await at.tenant.api.get(f"/media/{at.media}")).json()
    assert (media["identity"], media["starts_at"]) == ("plain", "2099-03-01T07:00:00.000Z")


async def test_a_stream_key_needs_its_scope(at: Site) -> None:
    at.key = at.tenant.with_scopes("access").headers["authorization"].removeprefix("Bearer ")
    told = await at.json("live/info", code=at.media)
    assert (told["PublishKey"], told["PublishServer"]) == ("", "")


async def test_listings_have_the_shapes_that_clients_read(at: Site) -> None:
    assert [i["Code"] for i in (await at.json("live/list"))["Items"]["Item"]] == [at.media]
    folder = await at.json("live/folder")
    assert folder["Medias"] == [
        {"Title": "Эфир", "Code": at.media, "OnlineStatus": "False", "Type": "live", "Poster": None}
    ]
    assert (await at.json("media/info", code=at.media))["Code"] == at.media
    bulk = await at.json("media/bulkinfo", **{"code[]": [at.media, "nosuchid"]})
    assert [item["Code"] for item in bulk["Items"]["Item"]] == [at.media]
    changed = await at.json("live/update", code=at.media, title="Другой эфир")
    assert changed["Title"] == "Другой эфир"
    assert (await at.json("live/delete", code=at.media))["Status"] == "Success"
    assert (await at.json("live/info", code=at.media))["Message"] == "Media not found"


async def test_a_recording_is_no_broadcast(at: Site) -> None:
    made = await at.tenant.api.post("/media", json={"title": "Запись", "kind": "recording"})
    code = made.json()["code"]
    for method in ("live/info", "live/update", "live/delete"):
        told = await at.json(method, code=code, title="Другая запись")
        assert (told["Status"], told["Message"]) == (
            "Failed", "This media is a recording, not a broadcast: see media/info",
        )  # fmt: skip
    kept = await at.json("media/info", code=code)
    assert (kept["Title"], kept["Type"], kept["Screenshots"]) == ("Запись", "recording", {"Item": []})


async def test_listings_are_paged_and_sorted_over_broadcasts_alone(api_on_both: Api) -> None:
    at = Site(api_on_both, api_on_both.mine, "")
    for title in "CAB":
        await at.tenant.api.post("/media", json={"title": f"Запись {title}", "kind": "recording"})
        await at.json("live/create", title=title)
    pages = [await at.json("live/folder", limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [[row["Title"] for row in page["Medias"]] for page in pages] == [["C", "A"], ["B"], []]
    assert [page["countTotal"] for page in pages] == [3, 3, 3]
    listed = await at.json("live/list", limit=2, offset=1)
    assert [row["Title"] for row in listed["Items"]["Item"]] == ["A", "B"]
    for field, direction, expected in (
        ("title", "asc", "ABC"), ("name", "desc", "CBA"), ("date", "desc", "BAC"), ("", "", "CAB"),
    ):  # fmt: skip
        told = await at.json("live/folder", sortfield=field, sortdirection=direction)
        assert "".join(row["Title"] for row in told["Medias"]) == expected
    for wrong in ({"sortfield": "colour"}, {"sortdirection": "up"}):
        assert (await at.json("live/folder", **wrong))["Status"] == "Failed"


async def test_a_page_of_statistics_is_made_beside_the_loop_and_has_no_rows_before_it(
    at: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    await at.subscribe()
    for user_id in "abcde":
        await at.json("ppv/addbuyer", **at.buyer(hash=user_id))
    made: list[str] = []
    values = nmo._values

    def noted(value: Any) -> Any:
        assert threading.current_thread() is not threading.main_thread()
        return values(value)

    def row(_: object, user_id: str) -> list[Any]:
        made.append(user_id)
        return []

    monkeypatch.setattr(nmo, "_values", noted)
    monkeypatch.setattr(nmo, "PAGE_ROWS", 2)
    monkeypatch.setattr(statistics_rows, "_flags", row)
    pages = [await at.json("live/nmo", code=at.media, page=page) for page in (1, 2, 3, 4)]
    assert [[row["Hash"] for row in page["Participants"]["Item"]] for page in pages] == [
        ["a", "b"], ["c", "d"], ["e"], [],
    ]  # fmt: skip
    assert [page["HasNextPage"] for page in pages] == [1, 1, 0, 0]
    assert made == [*"abc", *"cde", "e"]


async def test_sessions_are_cut_corrected_and_deleted(at: Site) -> None:
    made = await at.json(
        "live/session/create",
        code=at.media,
        title="Блок 1",
        start="2099-03-01 10:00:00",
        end="2099-03-01 11:30:00",
    )
    assert (made["Start"], made["End"]) == ("2099-03-01 10:00:00", "2099-03-01 11:30:00")
    overlap = await at.json("live/session/create", code=at.media, title="Блок 2", start="2099-03-01 11:00:00")
    assert overlap["Status"] == "Failed"
    assert "overlap" in overlap["Message"]
    moved = await at.json(
        "live/session/update", code=at.media, session=made["Code"], end="2099-03-01 11:00:00"
    )
    assert (moved["End"], moved["Revision"]) == ("2099-03-01 11:00:00", 2)
    now = await at.json("live/session/create", code=at.media, title="Сейчас", end="2099-03-01 09:00:00")
    stopped = await at.json("live/session/stop", code=at.media, session=now["Code"])
    assert stopped["End"] < "2099"
    listed = (await at.json("live/session/list", code=at.media))["Items"]["Item"]
    assert [item["Title"] for item in listed] == ["Блок 1", "Сейчас"]
    assert (await at.json("live/session/delete", code=at.media, session=made["Code"]))["Status"] == "Success"


async def test_controls_are_asked_listed_cancelled_and_planned(at: Site) -> None:
    asked = await at.json("live/control/create", code=at.media, lifetime=20, sound=1, text="Вы здесь?")
    assert (asked["State"], asked["Lifetime"], asked["Sound"]) == ("issued", 20, 1)
    later = await at.json("live/control/create", code=at.media, start="2099-03-01 10:30:00")
    assert (later["State"], later["Start"]) == ("planned", "2099-03-01 10:30:00")
    assert (await at.json("live/control/cancel", code=at.media, control=later["Code"]))[
        "State"
    ] == "cancelled"
    listed = (await at.json("live/control/list", code=at.media))["Items"]["Item"]
    assert [item["Code"] for item in listed] == [asked["Code"], later["Code"]]
    plan = await at.json("live/control/plan", code=at.media)
    assert (plan["From"], plan["To"], plan["Lifetime"]) == (30, 45, 60)
    assert (await at.json("live/control/plan", code=at.media, off=1))["Status"] == "Success"


async def test_the_statistics_are_those_of_v1_in_both_formats(at: Site) -> None:
    await at.subscribe()
    await at.json("ppv/addbuyer", **at.buyer(name="Анна"))
    await at.json("live/session/create", code=at.media, title="Блок 1")
    await at.json("live/control/create", code=at.media)
    known = (await at.tenant.api.get(f"/media/{at.media}/statistics")).json()
    told = await at.json("live/nmo", code=at.media)
    (row,), (expected,) = told["Participants"]["Item"], known["participants"]
    assert (row["Hash"], row["Name"], row["WatchedMs"]) == (
        expected["user_id"],
        "Анна",
        expected["watched_ms"],
    )
    assert [c["Outcome"] for c in row["Controls"]["Item"]] == [c["outcome"] for c in expected["checks"]]
    assert [s["Session"] for s in row["Sessions"]["Item"]] == [s["session_id"] for s in expected["sessions"]]
    assert told["Sessions"]["Item"][0]["EndsAt"] == "0000-00-00 00:00:00"
    absent = "0000-00-00 00:00:00"
    assert [row[name] for name in ("FirstSeenAt", "LastSeenAt", "RemovedAt")] == [absent] * 3
    assert told["GeneratedAt"] > "2026"
    assert (told["Quizzes"], told["Polls"]) == ({"Item": []}, {"Item": []})
    root = await at.xml("live/nmo", code=at.media, ip=1, useragent=1)
    assert root.findtext("Sessions/Item/EndsAt") == absent
    assert root.findtext("Media/Code") == at.media
    assert root.findtext("Participants/Item/Hash") == expected["user_id"]
    assert root.find("Participants/Item/ip") is not None


async def test_quizzes_and_polls_have_heads_that_say_what_is_told_of_participants(at: Site) -> None:
    question = {"kind": "number", "text": "Калий?", "answer": "3.5", "points": 4}
    quiz = {"title": "Итог", "pass_percent": 65, "questions": [question]}
    choices = ["да", "нет"]
    of_media = f"/media/{at.media}"
    made = (await at.tenant.api.post(f"{of_media}/quizzes", json=quiz)).json()
    asked = (
        await at.tenant.api.post(f"{of_media}/polls", json={"question": "Слышно?", "choices": choices})
    ).json()
    for opened in (f"quizzes/{made['id']}", f"polls/{asked['id']}"):
        assert (await at.tenant.api.post(f"{of_media}/{opened}/open")).status_code == 200
    told = await at.json("live/nmo", code=at.media)
    (head,), (poll,) = told["Quizzes"]["Item"], told["Polls"]["Item"]
    assert (head["Id"], head["Title"], head["PassPercent"], head["MaxPoints"]) == (made["id"], "Итог", 65, 4)
    assert (poll["Id"], poll["Question"]) == (asked["id"], "Слышно?")
    assert [choice["Text"] for choice in poll["Choices"]["Item"]] == ["да", "нет"]
    deps = at.api.deps
    size = await size_of("media", deps.db, at.tenant.no, at.media, Ask(), deps.clock.now_ms(), PUBLISHED)
    assert size.columns == 3  # the participant, the quiz, the poll
    root = await at.xml("live/nmo", code=at.media)
    assert root.findtext("Quizzes/Item/PassPercent") == "65"
    assert root.findtext("Quizzes/Item/ClosedAt") == "0000-00-00 00:00:00"


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            {"method": "live/session/create", "title": "X", "start": "2099-02-02", "end": "2099-02-01"},
            "Parameter 'end' must be later than 'start'",
        ),
        (
            {"method": "live/session/update", "end": "2098-01-01"},
            "Parameter 'end' must be later than 'start'",
        ),
        (
            {"method": "live/control/plan", "from": "45", "to": "30"},
            "Parameter 'from' must not be above 'to'",
        ),
        ({"method": "live/control/create", "start": "2020-01-01"}, "Parameter 'start': This moment is past."),
        ({"method": "live/create", "title": "X", "event": "nosuchid"}, "Event not found"),
        (
            {"method": "live/update", "start": "2099-12-31"},
            "Parameter 'start' must be earlier than the end of this media",
        ),
        (
            {"method": "live/session/create", "title": "X", "code": "recording"},
            "A recording is cut by positions of its content, not by times: use API v1",
        ),
    ],
)
async def test_sentences_name_the_parameters_of_this_api(
    at: Site, call: dict[str, str], sentence: str
) -> None:
    await at.tenant.api.patch(f"/media/{at.media}", json={"ends_at": "2099-06-01T00:00:00Z"})
    made = await at.json("live/session/create", code=at.media, title="Блок 1", start="2099-03-01 10:00:00")
    given = {"code": at.media, "session": made["Code"], **call}
    if given["code"] == "recording":
        recording = await at.tenant.api.post("/media", json={"title": "Запись", "kind": "recording"})
        given["code"] = recording.json()["code"]
    answer = await at.json(given.pop("method"), **given)
    assert answer["Status"] == "Failed"
    assert answer["Message"].startswith(sentence)


@pytest.mark.parametrize(
    "call",
    [
        {"method": "live/info", "code": "nosuchid"},
        {"method": "live/create"},
        {"method": "live/create", "title": "x" * 301},
        {"method": "live/create", "title": "X", "start": "10:00"},
        {"method": "live/session/create", "title": "X", "end": "2000-01-01"},
        {"method": "live/session/stop", "session": "nosuchid"},
        {"method": "live/control/create", "lifetime": "5"},
        {"method": "live/control/create", "lifetime": "sixty"},
        {"method": "live/control/create", "text": "a\u0007b"},
        {"method": "live/control/cancel", "control": "nosuchid"},
        {"method": "live/nmo", "session": "nosuchid"},
        {"method": "live/nmo", "page": "0"},
        {"method": "media/bulkinfo", "code": ""},
    ],
)
async def test_bad_calls_fail_with_a_sentence(at: Site, call: dict[str, Any]) -> None:
    method = call.pop("method")
    answer = await at.json(method, **{"code": at.media, **call})
    assert answer["Status"] == "Failed"
    assert answer["Message"]
