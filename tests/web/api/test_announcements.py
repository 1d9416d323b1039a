"""The pinned announcement over HTTP."""

from tests.web.conftest import Api


async def test_one_announcement_is_pinned_at_a_time(api: Api) -> None:
    mine = api.mine.api
    code = (await mine.post("/media", json={"title": "Зал", "kind": "live"})).json()["code"]
    path = f"/media/{code}/announcement"
    assert (await mine.get(path)).status_code == 404
    for text in ("Перерыв до 12:30", "Начинаем\nвторой блок"):
        put = await mine.put(path, json={"text": text})
        assert (put.status_code, put.json()["text"]) == (200, text)
        assert (await mine.get(path)).json() == put.json()
    assert [(await mine.delete(path)).status_code for _ in range(2)] == [204, 204]
    assert (await mine.get(path)).status_code == 404
