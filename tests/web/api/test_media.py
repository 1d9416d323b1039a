"""Media and events over HTTP."""

from typing import Any

import pytest

from rollcall.domain.ids import MediaNo, UserId
from rollcall.live.arrivals import Offer
from rollcall.live.hub import Connection
from rollcall.store import broadcasts
from rollcall.store.media import find_media
from rollcall.wire.close import Close
from tests.history import Records
from tests.web.conftest import Api, problem


class Viewer:
    """A connection that notes how it was closed."""

    def __init__(self, user_id: str) -> None:
        self.user_id = UserId(user_id)
        self.closed: list[Close] = []

    def send(self, payload: bytes) -> None: ...

    def offer(self, _offer: Offer, payload: bytes) -> None:
        self.send(payload)

    def close(self, code: Close) -> None:
        self.closed.append(code)


async def make(api: Api, **body: Any) -> Any:
    made = await api.mine.api.post("/media", json={"title": "Зал", "kind": "live", **body})
    assert made.status_code == 201, made.text
    return made.json()


async def test_a_new_media_says_all_that_an_organiser_needs(api: Api) -> None:
    times = {"starts_at": "2150-01-01T10:00:00+03:00", "ends_at": "2150-01-01T12:00:00.5+03:00"}
    media = await make(api, title="Лекция <b>", **times)
    url = f"http://127.0.0.1:8080/embed/{media['code']}"
    key = media["ingest"]["stream_key"]
    assert media == {
        "code": media["code"],
        "event": media["event"],
        "title": "Лекция <b>",
        "kind": "live",
        "state": "planned",
        "signal": "off",
        "identity": "signed",
        "concurrency": "union",
        "timezone": "Europe/Moscow",
        "starts_at": "2150-01-01T07:00:00.000Z",
        "ends_at": "2150-01-01T09:00:00.500Z",
        "started_at": None,
        "ended_at": None,
        "created_at": media["created_at"],
        "viewers_now": 0,
        "embed": {
            "url": url,
            "html": f'<iframe src="{url}" allow="autoplay; fullscreen; picture-in-picture" '
            'width="960" height="540"></iframe>',
        },
        "ingest": {"rtmp_url": "rtmp://127.0.0.1:1935/live", "stream_key": key},
        "duration_ms": None,
        "dvr_s": 0,
    }
    assert (await api.mine.api.get(f"/media/{media['code']}")).json() == media
    assert (await make(api, kind="recording"))["ingest"] is None


async def test_state_follows_the_organiser_and_signal_the_encoder(api: Api) -> None:
    media = await make(api)
    code = media["code"]

    async def seen() -> tuple[str, str]:
        now = (await api.mine.api.get(f"/media/{code}")).json()
        return now["state"], now["signal"]

    assert await seen() == ("planned", "off")
    await api.deps.db.write(lambda conn: broadcasts.set_signal(conn, code, api.deps.clock.now_ms()))
    assert await seen() == ("live", "on")
    await api.deps.db.write(lambda conn: broadcasts.set_signal(conn, code, None))
    assert await seen() == ("live", "off")
    ended = await api.mine.api.post(f"/media/{code}/end")
    assert (ended.status_code, ended.json()["state"], api.media.dropped) == (200, "ended", [code])
    assert (await api.mine.api.post(f"/media/{code}/end")).json() == ended.json()
    await api.mine.api.patch(f"/media/{code}", json={"title": "Другое"})
    assert await seen() == ("ended", "off")
    await api.mine.api.patch(f"/media/{code}", json={"state": "live"})
    assert await seen() == ("live", "off")


async def test_the_end_closes_open_sessions(api: Api) -> None:
    code = (await make(api))["code"]
    session = (await api.mine.api.post(f"/media/{code}/sessions", json={"title": "S"})).json()
    ended = (await api.mine.api.post(f"/media/{code}/end")).json()
    closed = (await api.mine.api.get(f"/media/{code}/sessions/{session['id']}")).json()
    assert (closed["ends_at"], closed["revision"]) == (ended["ended_at"], 2)


async def test_ends_at_ends_and_a_later_one_reopens(api: Api) -> None:
    past = {"starts_at": "2020-01-01T00:00:00Z", "ends_at": "2020-01-01T01:00:00Z"}
    media = await make(api, **past)
    assert media["state"] == "ended"
    path = f"/media/{media['code']}"
    assert (await api.mine.api.patch(path, json={"ends_at": None})).json()["state"] == "live"
    await api.mine.api.post(f"{path}/end")
    reopened = (await api.mine.api.patch(path, json={"ends_at": "2150-01-01T00:00:00Z"})).json()
    assert (reopened["state"], reopened["ended_at"]) == ("live", None)


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"starts_at": "2150-01-01T10:00:00Z", "ends_at": "2150-01-01T10:00:00Z"}, ["$.ends_at"]),
        ({"starts_at": "2150-01-01T10:00:00Z", "ends_at": "2150-01-01T09:00:00Z"}, ["$.ends_at"]),
        ({"starts_at": "2150-01-01T10:00:00"}, ["$.starts_at"]),
        ({"ends_at": "1969-12-31T23:59:59Z"}, ["$.ends_at"]),
        ({"ends_at": "0001-01-01T00:00:00+23:59"}, ["$.ends_at"]),
        ({"timezone": "Europe/Atlantis"}, ["$.timezone"]),
        ({"timezone": "../../etc/passwd"}, ["$.timezone"]),
        ({"kind": "stream"}, ["$.kind"]),
        ({"stream_key": "mine"}, ["$.stream_key"]),
    ],
)
async def test_wrong_values_change_nothing(api: Api, body: dict[str, str], paths: list[str]) -> None:
    good = await make(api)
    problem(
        await api.mine.api.post("/media", json={"title": "M", "kind": "live", **body}),
        400,
        "malformed",
        paths,
    )
    problem(await api.mine.api.patch(f"/media/{good['code']}", json=body), 400, "malformed", paths)
    assert (await api.mine.api.get("/media")).json() == {"items": [good], "next_cursor": None}


async def test_an_end_before_the_stored_start_is_refused(api: Api) -> None:
    media = await make(api, starts_at="2150-01-01T10:00:00Z")
    answer = await api.mine.api.patch(f"/media/{media['code']}", json={"ends_at": "2149-01-01T10:00:00Z"})
    problem(answer, 400, "malformed", ["$.ends_at"])


async def test_viewers_are_people_and_archiving_closes_their_players(api: Api) -> None:
    media = await make(api)
    path = f"/media/{media['code']}"
    no = MediaNo(1)
    viewers = [Viewer("a"), Viewer("a"), Viewer("b")]
    for viewer in viewers:
        connection: Connection = viewer
        api.deps.hub.room(no).add(connection)
    assert (await api.mine.api.get(path)).json()["viewers_now"] == 2
    assert (await api.mine.api.delete(path)).status_code == 204
    assert [viewer.closed for viewer in viewers] == [[Close.NO_ACCESS]] * 3
    assert api.media.dropped == [media["code"]]
    for method in ("GET", "PATCH", "DELETE"):
        problem(await api.mine.api.request(method, path, json={}), 404, "not_found")
    assert (await api.mine.api.get("/media")).json()["items"] == []
    assert (await api.mine.api.get(f"{path}/statistics")).json()["media"]["code"] == media["code"]


async def test_pages_hold_everything_once_and_in_order(api: Api) -> None:
    made = [(await make(api, title=str(n)))["code"] for n in range(7)]
    seen, cursor = [], ""
    while True:
        answer = (await api.mine.api.get(f"/media?limit=3{cursor}")).json()
        seen += [item["code"] for item in answer["items"]]
        if answer["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['next_cursor']}"
    assert seen == made


async def test_halls_of_one_event_are_moved_together(api: Api) -> None:
    one, two = await make(api, title="A"), await make(api, title="B")
    event = (
        await api.mine.api.post("/events", json={"title": "E", "media": [one["code"], two["code"]]})
    ).json()
    assert event["media"] == [one["code"], two["code"]]
    assert [item["code"] for item in (await api.mine.api.get("/events")).json()["items"]] == [event["code"]]
    changed = await api.mine.api.patch(
        f"/events/{event['code']}", json={"media": [two["code"]], "title": "F"}
    )
    assert changed.json() == {**event, "title": "F", "media": [two["code"]]}
    own = (await api.mine.api.get(f"/media/{one['code']}")).json()["event"]
    assert own != event["code"]
    third = await make(api, title="C", event=event["code"])
    assert third["event"] == event["code"]
    back = await api.mine.api.patch(f"/media/{one['code']}", json={"event": event["code"]})
    assert back.json()["event"] == event["code"]


async def test_a_media_takes_the_time_zone_of_its_event(api: Api) -> None:
    event = (await api.mine.api.post("/events", json={"title": "E", "timezone": "Asia/Yekaterinburg"})).json()
    assert (await make(api, event=event["code"]))["timezone"] == "Asia/Yekaterinburg"
    problem(await api.mine.api.patch(f"/events/{event['code']}", json={"timezone": "x"}), 400, "malformed")
    problem(
        await api.mine.api.patch(f"/events/{event['code']}", json={"media": ["ZZZZZZZZ"]}), 404, "not_found"
    )


async def test_going_back_belongs_to_live_broadcasts_and_is_not_taken_back_from_who_has_watched(
    api: Api,
) -> None:
    code = (await make(api, dvr_s=600))["code"]
    path = f"/media/{code}"
    assert (await api.mine.api.get(path)).json()["dvr_s"] == 600
    assert (await api.mine.api.patch(path, json={"dvr_s": 0})).json()["dvr_s"] == 0
    assert (await api.mine.api.patch(path, json={"dvr_s": 900})).json()["dvr_s"] == 900
    problem(await api.mine.api.patch(path, json={"dvr_s": 14_401}), 400, "malformed", ["$.dvr_s"])
    refused = await api.mine.api.post("/media", json={"title": "A", "kind": "recording", "dvr_s": 60})
    problem(refused, 400, "malformed", ["$.dvr_s"])
    recording = (await make(api, kind="recording"))["code"]
    refused = await api.mine.api.patch(f"/media/{recording}", json={"dvr_s": 60})
    problem(refused, 400, "malformed", ["$.dvr_s"])

    def watch(conn: Any) -> None:
        found = find_media(conn, api.mine.no, code)
        assert found is not None
        records = Records(conn)
        records.project_no, records.event_no = found.project_no, found.event_no
        records.play(found.no, "anna")

    await api.deps.db.write(watch)
    problem(await api.mine.api.patch(path, json={"dvr_s": 0}), 409, "media_watched")
    assert (await api.mine.api.patch(path, json={"dvr_s": 300, "title": "Б"})).json()["dvr_s"] == 300
    await api.mine.api.patch(path, json={"dvr_s": 600})
    await api.mine.api.patch(path, json={"title": "В"})
    kept = await api.deps.db.read(lambda conn: find_media(conn, api.mine.no, code))
    assert kept is not None
    assert (kept.dvr_s, kept.dvr_before_s) == (600, 900)  # what was seen from so far back still counts
