"""Every method of the compatible API with every parameter wrong in every way: an envelope always, never a server error.

The parameters are those that any method reads, so that a method also meets what it does not know. Each method is asked
about its own project's things and about another's, of which no answer tells anything.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import rollcall.web.boomstream
from rollcall.web.boomstream.handlers import METHODS
from tests.web.boomstream.test_ppv import Site
from tests.web.conftest import Api

SOURCES = Path(rollcall.web.boomstream.__file__).parent.glob("*.py")
READS = re.compile(r'\b(?:call\.\w+|read_start|read_end|_checked)\((?:[^()"]*, )?"(\w+)"')
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
async def at(api: Api) -> Site:
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


async def test_no_method_tells_of_another_project(at: Site, api: Api) -> None:
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
