"""Every method of the compatible API with every parameter wrong in every way: an envelope always, never a server error.

The parameters are those that any method reads, so that a method also meets what it does not know. Each method is asked
about its own project's things and about another's, of which no answer tells anything.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import rollcall.web.boomstream
from rollcall.web.boomstream.handlers import METHODS
from tests.web.boomstream.site import Site
from tests.web.conftest import Api

SOURCES = Path(rollcall.web.boomstream.__file__).parent.glob("*.py")
READS = re.compile(r'\b(?:call\.\w+|read_start|read_end|_checked|_choice)\((?:[^()"]*, )?"(\w+)"')
WRONG = (
    "", " ", "0", "-1", "1.5", "9" * 30, "NaN", "ZZZZZZZZ", "null", "вчера", "2026-13-45 99:99:99",
    "0000-00-00 00:00:00", "9999-12-31", "'; DROP TABLE media; --", "<script>", "%00", "a\x00b", "\ufffe",
    "Я" * 3_000, "../../etc/passwd",
)  # fmt: skip
THIRD = 3  # of the grid; a number that divides neither the methods nor the values meets every pair of them
CANARY = "Чужая тайна"


def parameters() -> list[str]:
    """Return every parameter that the layer reads."""
    found = {name for source in SOURCES for name in READS.findall(source.read_text("utf-8"))}
    return sorted(found - {"apikey"})


PARAMETERS = parameters()


@pytest.fixture
async def at(api_on_both: Api) -> Site:
    api = api_on_both
    media = await api.mine.api.post("/media", json={"title": "Зал 1", "kind": "live", "identity": "plain"})
    site = Site(api, api.mine, media.json()["code"])
    await site.subscribe()
    assert (await site.json("ppv/addbuyer", **site.buyer()))["Status"] == "Success"
    return site


def good(site: Site, method: str) -> dict[str, Any]:
    """Return parameters with which most methods do something."""
    code = site.code if method.startswith("ppv/") and method != "ppv/sessions" else site.media
    of_buyer = {**site.buyer(), "code": code, "name": "Имя", "title": "Название"}
    return {
        **of_buyer,
        "subscription_type": "password",
        "period": 30,
        "session": "AAAAAAAA",
        "control": "AAAAAAAA",
    }


def calls(site: Site) -> Iterator[tuple[str, dict[str, Any]]]:
    for method in METHODS:
        if method.endswith(("/delete", "/deletebuyer", "/deletemedia")):
            continue  # tried last, on what the others need no more
        for name in PARAMETERS:
            for value in WRONG:
                yield method, {**good(site, method), name: value}


def envelope(text: bytes, format_: str) -> str:
    """Check that an answer is one, and return its status."""
    if format_ == "xml":
        root = etree.fromstring(text)
        assert root.tag == "Response"
        return str(root.findtext("Status"))
    return str(json.loads(text)["Status"])


async def test_every_wrong_value_meets_an_envelope(at: Site) -> None:
    assert len(PARAMETERS) > 20
    met, wrong = {"Success": 0, "Failed": 0}, []
    for number, (method, given) in enumerate(islice(calls(at), 0, None, THIRD)):
        format_ = ("xml", "json")[number % 2]
        answer = await at.get(method, **{"format": format_, **given})
        try:
            assert answer.status_code == 200
            met[envelope(answer.content, format_ if given.get("format", format_) == format_ else "xml")] += 1
        except Exception as fault:  # noqa: BLE001 - all are told together
            wrong.append((method, given, answer.status_code, answer.text[:200], str(fault)[:200]))
    assert wrong[:5] == []
    assert min(met.values()) > 300


async def test_a_control_character_in_any_parameter_of_any_method_is_no_fault_of_ours(at: Site) -> None:
    wrong = []
    for number, (method, name) in enumerate(product(METHODS, PARAMETERS)):
        answer = await at.get(
            method, **{"format": "json", **good(at, method), name: ("a\x00b", "a\x1bb")[number % 2]}
        )
        if answer.status_code != 200 or envelope(answer.content, "json") not in {"Success", "Failed"}:
            wrong.append((method, name, answer.status_code, answer.text[:200]))
    assert wrong[:5] == []


@pytest.mark.parametrize("depth", [1, 2, 500, 900, 3_000])
@pytest.mark.parametrize("ends", [("[", "]"), ('{"a":', "}")])
async def test_json_nested_in_any_way_meets_an_envelope(at: Site, depth: int, ends: tuple[str, str]) -> None:
    nested = ends[0] * depth + "0" + ends[1] * depth
    for method in METHODS:
        body = f'{{"apikey": "{at.key}", "code": {nested}}}'
        answer = await at.http.post(
            f"/api/{method}", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200
        reads_no_lists = envelope(answer.content, "json") == "Failed"
        assert reads_no_lists or (depth, ends) == (1, ("[", "]")), method


async def test_every_method_meets_a_recording_with_a_session(at: Site) -> None:
    made = await at.tenant.api.post(
        "/media", json={"title": "Запись", "kind": "recording", "identity": "plain"}
    )
    code = made.json()["code"]
    of_content = {"title": "Часть 1", "from_ms": 0, "to_ms": 1_000}
    session = (await at.tenant.api.post(f"/media/{code}/sessions", json=of_content)).json()["id"]
    for method in METHODS:
        if method.endswith("/delete"):
            continue
        for given in ({"code": code, "session": session}, {"media": code}):
            for format_ in ("json", "xml"):
                answer = await at.get(method, **{**good(at, method), **given, "format": format_})
                assert answer.status_code == 200, (method, given)
                envelope(answer.content, format_)
    (told,) = (await at.json("live/session/list", code=code))["Items"]["Item"]
    assert (told["Title"], told["FromMs"], told["ToMs"]) == ("Часть 1", 0, 1_000)


async def test_no_method_tells_of_another_project(at: Site) -> None:
    api = at.api
    other = await api.theirs.api.post("/media", json={"title": CANARY, "kind": "live", "identity": "plain"})
    theirs = Site(api, api.theirs, other.json()["code"])
    await theirs.subscribe(name=CANARY)
    await theirs.json("ppv/addbuyer", **{**theirs.buyer(), "name": CANARY})
    for method in METHODS:
        given = good(theirs, method)
        answer = await at.json(method, **given)
        assert CANARY not in str(answer), method
        names_none = method in {"info", "app/info", "ppv/list", "live/list", "live/folder", "media/bulkinfo"}
        makes = method in {"ppv/create", "live/create"}
        assert answer["Status"] == "Failed" or names_none or makes, (method, answer)
    mine = {name: value for name, value in good(theirs, "ppv/list").items() if name != "media"}
    assert (await theirs.json("ppv/info", **{**mine, "code": theirs.code}))["Status"] == "Success"


async def test_what_deletes_meets_wrong_values_too(at: Site) -> None:
    for method in (each for each in METHODS if each.endswith(("/delete", "/deletebuyer", "/deletemedia"))):
        for value in WRONG:
            answer = await at.json(method, **{**good(at, method), "code": value})
            assert answer["Status"] == "Failed", (method, value, answer)
