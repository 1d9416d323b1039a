"""Who is let in by a launch token or, in plain mode, by an ID; and that nobody else is."""

import aiohttp
import pytest

from tests.running import RunningServer
from tests.server.conftest import Event, make_event


async def test_a_token_works_once_and_its_page_may_come_back(event: Event) -> None:
    token = await event.launch()
    status, first = await event.redeem({"token": token})
    assert (status, first["identity"], first["parents"]) == (200, "signed", ["https://academy.example"])
    status, refusal = await event.redeem({"token": token})
    assert (status, refusal["code"]) == (403, "token_spent")
    assert await event.redeem({"token": token, "grant": first["grant"]}) == (200, first)
    status, refusal = await event.redeem({"token": token, "grant": "grt_" + "x" * 43})
    assert (status, refusal["code"]) == (403, "token_spent")
    (flag,) = (await event.api.call("GET", f"/media/{event.media}/flags"))["items"]
    assert (flag["kind"], flag["user_id"], flag["count"]) == ("token_reused", "d-1", 2)


async def test_a_grant_resumes_its_own_token_only(event: Event) -> None:
    _, mine = await event.redeem({"token": await event.launch("d-1")})
    other = await event.launch("d-2")
    status, answer = await event.redeem({"token": other, "grant": mine["grant"]})
    assert status == 200  # d-2's token is fresh: it is redeemed for d-2, not resumed as d-1
    assert answer["grant"] != mine["grant"]


async def test_a_token_of_another_media_is_refused(event: Event) -> None:
    other = await event.api.call("POST", "/media", {"title": "Другая", "kind": "live"})
    status, refusal = await event.redeem({"token": await event.launch()}, other["code"])
    assert (status, refusal["code"]) == (401, "token_invalid")


@pytest.mark.parametrize(
    "body", [{}, {"token": "a", "user_id": "b"}, {"token": 5}, {"token": "a", "who": "b"}]
)
async def test_what_no_page_sends_is_malformed(event: Event, body: dict[str, object]) -> None:
    status, refusal = await event.redeem(body)
    assert (status, refusal["code"]) == (400, "malformed")


async def test_a_signed_media_takes_no_bare_id(event: Event) -> None:
    status, refusal = await event.redeem({"user_id": "d-1"})
    assert (status, refusal["code"]) == (403, "identity_not_plain")


LOOK_ALIKES = ["D-1", "d-1 ", " d-1", "d‑1", "d-l", "d-１", "d-1\u200b", "d-1\x00", "", "d-3", "Ivanova"]


@pytest.mark.parametrize("stranger", LOOK_ALIKES)
async def test_plain_mode_lets_in_exact_registered_ids_only(
    running: RunningServer, http: aiohttp.ClientSession, stranger: str
) -> None:
    event = await make_event(running, http, identity="plain")
    status, answer = await event.redeem({"user_id": "d-1"})
    assert (status, answer["identity"]) == (200, "plain")
    assert await event.redeem({"user_id": stranger}) == (403, await denied(event))


async def denied(event: Event) -> dict[str, object]:
    """Return what everybody hears who is not let in, whatever the reason."""
    _, answer = await event.redeem({"user_id": "nobody-at-all"})
    assert answer["code"] == "access_denied"
    return answer


async def test_plain_mode_answers_unknown_withdrawn_and_expired_alike(
    running: RunningServer, http: aiohttp.ClientSession
) -> None:
    event = await make_event(running, http, identity="plain")
    people = f"/lists/{event.people}/participants"
    await event.api.call("DELETE", f"{people}/d-1")
    await event.api.call("PUT", f"{people}/d-2", {"valid_until": "2020-01-01T00:00:00Z"})
    await event.api.call("PUT", f"{people}/d-4", {"valid_from": "2100-01-01T00:00:00Z"})
    same = await denied(event)
    for user_id in ("d-1", "d-2", "d-4"):
        assert await event.redeem({"user_id": user_id}) == (403, same)


async def test_plain_watching_is_listed_apart(running: RunningServer, http: aiohttp.ClientSession) -> None:
    event = await make_event(running, http, identity="plain")
    _, answer = await event.redeem({"user_id": "d-1"})
    assert answer["grant"]
    assert (await event.row())["identity"] == "plain"


async def test_guessing_ids_from_one_address_is_slowed_down(
    running: RunningServer, http: aiohttp.ClientSession
) -> None:
    event = await make_event(running, http, identity="plain")
    statuses = [(await event.redeem({"user_id": f"guess-{n}"}))[0] for n in range(70)]
    assert statuses[:60] == [403] * 60
    assert 429 in statuses[60:]


async def test_doctors_of_one_address_are_let_in_however_many_come_at_once(
    running: RunningServer, http: aiohttp.ClientSession
) -> None:
    event = await make_event(running, http, identity="plain")
    doctors = [f"colleague-{n}" for n in range(90)]
    rows = [{"user_id": user_id} for user_id in doctors]
    await event.api.call("POST", f"/lists/{event.people}/participants/batch", rows)
    assert [(await event.redeem({"user_id": user_id}))[0] for user_id in doctors] == [200] * 90
    again = [(await event.redeem({"user_id": doctors[0]}))[0] for _ in range(40)]
    assert again[:19] == [200] * 19
    assert 429 in again  # one ID makes no grants without end


async def test_the_page_may_be_framed_by_the_project_only_and_loads_nothing_foreign(event: Event) -> None:
    headers = {"Referer": "https://evil.example/x", "Sec-Fetch-Dest": "iframe"}
    async with event.api.http.get(f"{event.server.url}/embed/{event.media}", headers=headers) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors https://academy.example" in policy
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    async with event.api.http.get(f"{event.server.url}/embed/NoSuch11") as answer:
        assert answer.status == 404
        assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
