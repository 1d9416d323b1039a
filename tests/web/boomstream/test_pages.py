"""The player's addresses: they lead to our player, and tell nothing to whoever has no access."""

import json
import re
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rollcall.actions.redeem import find_embedded, redeem
from rollcall.domain.errors import Forbidden, NotFound
from rollcall.wire.embed import Redeem
from tests.web.boomstream.site import Site
from tests.web.conftest import Api

USER = "moodle.example:8443|42|A"


@pytest.fixture
async def at(api: Api) -> Site:
    site = Site(api, api.mine, "")
    site.media = (await site.json("live/create", title="Тайное </script> имя"))["Code"]
    await site.subscribe()
    await site.json("ppv/addbuyer", **site.buyer(hash=USER))
    return site


async def config(at: Site, query: str = "") -> Any:
    answer = await at.http.get(f"/{at.media}/config?{query}")
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


@pytest.mark.parametrize("written", [USER, "moodle.example%3A8443%7C42%7CA"])
async def test_the_classic_address_leads_to_the_player_with_the_id(at: Site, written: str) -> None:
    for path in (
        f"/{at.media}?title=0&id_recovery={written}&color=undefined",
        f"/player.html?code={at.media}&id_recovery={written}",
    ):
        answer = await at.http.get(path)
        assert answer.status_code == 302
        target = urlsplit(answer.headers["location"])
        assert target.path == f"/embed/{at.media}"
        assert parse_qs(target.query) == {"dialect": ["boomstream"], "user_id": [USER]}
        assert answer.headers["cache-control"] == "no-store"
        # The player has to learn from which site it is framed, if not on which page.
        assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"


async def test_the_config_of_somebody_with_access(at: Site) -> None:
    told = await config(at, f"id_recovery={USER}")
    assert (told["entity"]["title"], told["mediaData"]["isLive"], told["accessRestricted"]) == (
        "Тайное </script> имя", True, None,
    )  # fmt: skip
    link = b64decode(told["mediaData"]["links"]["player"]).decode()
    assert parse_qs(urlsplit(link).query) == {"id_recovery": [USER]}


async def test_without_access_there_is_neither_name_nor_link(at: Site) -> None:
    await at.json("ppv/addbuyer", **at.buyer(hash="expired", access_expire="2020-01-01"))
    await at.tenant.api.patch(f"/media/{at.media}", json={"identity": "plain"})
    closed = [
        await config(at, query)
        for query in ("", "id_recovery=nobody", "id_recovery=expired", f"id_recovery={USER} ")
    ]
    assert all(told == closed[0] for told in closed)
    assert closed[0]["mediaData"] is None
    assert closed[0]["accessRestricted"]["message"] == "access_restricted"
    assert "имя" not in json.dumps(closed, ensure_ascii=False)
    await at.tenant.api.patch(f"/media/{at.media}", json={"identity": "signed"})
    assert await config(at, f"id_recovery={USER}") == closed[0]
    unknown = (await at.http.get("/AAAAAAAA/config")).json()
    assert unknown == closed[0] | {"code": "AAAAAAAA"}


async def test_the_script_form_cannot_be_broken_out_of(at: Site) -> None:
    query = f"id_recovery={USER}"
    plain = await at.http.get(f"/{at.media}/config.jsonp?{query}")
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert plain.headers["x-content-type-options"] == "nosniff"
    found = re.fullmatch(
        r'\(window\.boomstreamConfigs=window\.boomstreamConfigs\|\|\{\}\)\["(\w{8})"\]=(.*);', plain.text
    )
    assert found is not None
    assert json.loads(found[2])["id_recovery"] == USER
    assert "<" not in plain.text
    called = await at.http.get(f"/{at.media}/config.jsonp?{query}&callback=app.on$_1")
    assert called.text.startswith("app.on$_1({")
    for callback in ("alert(1)//", "a b", "x" * 65, "é"):
        refused = await at.http.get(f"/{at.media}/config.jsonp", params={"callback": callback})
        assert refused.status_code == 400


async def test_our_own_addresses_do_not_look_like_a_media(at: Site) -> None:
    """A client takes eight letters or digits in a row for a media code."""
    for path in (
        "/embed/x",
        "/assets/javascripts/biframesdk.js",
        "/health/live",
        "/metrics",
        "/player.html",
        "/hls/x",
        "/api/v1",
    ):
        assert re.match(r"/[0-9A-Za-z]{8}", path) is None
    assert "bIframeSDK" in (await at.http.get("/assets/javascripts/biframesdk.js?v=1.0.5")).text
    for path in ("/abc", "/toolongcode", "/has-dash", "/favicon.ico"):
        assert (await at.http.get(path)).status_code == 404


async def test_ids_cannot_be_tried_without_end(at: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    now_ms = at.api.deps.clock.now_ms()
    monkeypatch.setattr(at.api.deps.clock, "now_ms", lambda: now_ms)  # a minute gives some tries back
    tries = [await config(at, f"id_recovery=guess{n}") for n in range(120)]
    assert all(told == tries[0] for told in tries)
    assert tries[0]["mediaData"] is None
    limited = [await config(at, f"id_recovery={user}") for user in ("guess", USER)]
    assert limited == [tries[0] | {"id_recovery": user} for user in ("guess", USER)]  # it tells nothing new


async def test_doctors_of_one_address_are_no_guessers_however_many(at: Site) -> None:
    told = [await config(at, f"id_recovery={USER}") for _ in range(130)]
    assert all(one["mediaData"] is not None for one in told)
    assert (await config(at, "id_recovery=nobody")).keys() == told[0].keys() - {"entity", "id_recovery"}


async def test_an_id_that_can_be_none_is_refused_like_any_other(api_on_both: Api) -> None:
    site = Site(api_on_both, api_on_both.mine, "")
    site.media = (await site.json("live/create", title="Эфир"))["Code"]
    closed = await config(site, "id_recovery=nobody")
    for strange in ("a%00b", "%00", "a%1bb", "a%0d%0ab", "x" * 300):
        assert await config(site, f"id_recovery={strange}") == closed
    asked = f"/{site.media}?id_recovery=a%00b"
    assert (await site.http.get(asked)).status_code == 302


@pytest.mark.parametrize("strange", ["a\x00b", "\x00", "a\nb", "", "x" * 201, "nobody"])
async def test_redeeming_what_can_be_no_id_has_the_one_answer(api_on_both: Api, strange: str) -> None:
    site, db = Site(api_on_both, api_on_both.mine, ""), api_on_both.deps.db
    site.media = (await site.json("live/create", title="Эфир"))["Code"]
    embedded = await find_embedded(db, site.media)
    with pytest.raises(Forbidden) as refused:
        await redeem(db, embedded, Redeem(user_id=strange), 0)
    assert (refused.value.code, refused.value.detail) == ("access_denied", "No access with this ID.")
    with pytest.raises(NotFound):
        await find_embedded(db, "a\x00b")
