"""Speakers and the programme: the sessions, unless an organiser writes another; nothing is counted by it."""

from typing import Any

import pytest

from tests.web.conftest import Api, problem

ANN = {
    "name": "Анна Иванова",
    "role": "кардиолог, д. м. н.",
    "description": "Занимается аритмиями.\nАвтор книги.",
}


@pytest.fixture
async def media(api_on_both: Api) -> str:
    made = await api_on_both.mine.api.post("/media", json={"title": "Зал", "kind": "live"})
    return f"/media/{made.json()['code']}"


async def call(api: Api, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    sent = {} if body is None else {"json": body}
    answer = await api.mine.api.request(method, path, **sent)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def item(title: str, start: str | None, end: str | None, speaker: Any = None) -> dict[str, Any]:
    return {
        "title": title, "speaker": speaker, "starts_at": start, "ends_at": end, "from_ms": None, "to_ms": None,
    }  # fmt: skip


async def test_sessions_with_their_speakers_are_the_programme(api_on_both: Api, media: str) -> None:
    api = api_on_both
    assert await call(api, "GET", f"{media}/programme") == {"written": False, "items": []}
    ten, eleven = "2150-01-01T10:00:00.000Z", "2150-01-01T11:00:00.000Z"
    later = await call(api, "POST", f"{media}/sessions", {"title": "Второй", "starts_at": eleven}, 201)
    first = {"title": "Первый", "starts_at": ten, "ends_at": eleven}
    session = await call(api, "POST", f"{media}/sessions", first, 201)
    of_session = f"{media}/sessions/{session['id']}/speaker"
    problem(await api.mine.api.get(of_session), 404, "not_found")
    assert await call(api, "PUT", of_session, ANN) == ANN
    assert await call(api, "GET", of_session) == ANN
    told = await call(api, "GET", f"{media}/programme")
    assert told == {
        "written": False,
        "items": [item("Первый", ten, eleven, ANN), item("Второй", eleven, None)],
    }
    revisions = await call(api, "GET", f"{media}/sessions/{session['id']}")
    assert revisions["revision"] == 1
    await call(api, "DELETE", f"{media}/sessions/{later['id']}", status=204)
    await call(api, "DELETE", of_session, status=204)
    assert (await call(api, "GET", f"{media}/programme"))["items"] == [item("Первый", ten, eleven)]


async def test_a_written_programme_is_shown_instead_until_it_is_removed(api_on_both: Api, media: str) -> None:
    api = api_on_both
    body = {
        "items": [
            {"title": "Регистрация"},
            {"title": "Аритмии", "speaker": ANN, "starts_at": "2150-01-01T13:00:00+03:00"},
            {
                "title": "Ответы",
                "starts_at": "2150-01-01T14:00:00+03:00",
                "ends_at": "2150-01-01T14:30:00+03:00",
            },
        ]
    }
    written = await call(api, "PUT", f"{media}/programme", body)
    assert written == {
        "written": True,
        "items": [
            item("Регистрация", None, None),
            item("Аритмии", "2150-01-01T10:00:00.000Z", None, ANN),
            item("Ответы", "2150-01-01T11:00:00.000Z", "2150-01-01T11:30:00.000Z"),
        ],
    }
    assert await call(api, "GET", f"{media}/programme") == written
    wrong = {"items": [{"title": "Ответы", "ends_at": "2150-01-01T14:30:00+03:00"}]}
    problem(
        await api.mine.api.put(f"{media}/programme", json=wrong), 400, "malformed", ["$.items[0].starts_at"]
    )
    assert await call(api, "PUT", f"{media}/programme", {"items": []}) == {"written": True, "items": []}
    await call(api, "DELETE", f"{media}/programme", status=204)
    assert await call(api, "GET", f"{media}/programme") == {"written": False, "items": []}


async def test_a_media_has_a_speaker(api_on_both: Api, media: str) -> None:
    api = api_on_both
    problem(await api.mine.api.get(f"{media}/speaker"), 404, "not_found")
    assert await call(api, "PUT", f"{media}/speaker", ANN) == ANN
    only = {"name": "Пётр Сидоров"}
    assert await call(api, "PUT", f"{media}/speaker", only) == {**only, "role": None, "description": None}
    for wrong in ({"name": ""}, {"name": "а", "role": "a\nb"}, {"name": "а", "description": "a\u0000"}, {}):
        problem(await api.mine.api.put(f"{media}/speaker", json=wrong), 400, "malformed")
    await call(api, "DELETE", f"{media}/speaker", status=204)
    problem(await api.mine.api.get(f"{media}/speaker"), 404, "not_found")


async def test_a_recording_has_places_instead_of_moments(api_on_both: Api) -> None:
    api = api_on_both
    made = await api.mine.api.post("/media", json={"title": "Запись", "kind": "recording"})
    media = f"/media/{made.json()['code']}"
    for title, start in (("Вторая часть", 60_000), ("Первая часть", 0)):
        await call(
            api, "POST", f"{media}/sessions", {"title": title, "from_ms": start, "to_ms": start + 60_000}, 201
        )
    items = (await call(api, "GET", f"{media}/programme"))["items"]
    assert [[one["title"], one["from_ms"], one["to_ms"]] for one in items] == [
        ["Первая часть", 0, 60_000],
        ["Вторая часть", 60_000, 120_000],
    ]
