"""The exchange of the Moodle plugin at each view of a page, in both formats: its calls, and every field it reads.

A adds the customer; where its answer says "no activations left" or "access is over", B asks for the subscription, C
gives activations back and D prolongs. Only A decides whether the page is personalised.
"""

import re
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest
from lxml import etree

from rollcall.web.boomstream.envelope import Value, has_many
from tests.web.boomstream.site import HASH, MOSCOW, Site

Spoken = Literal["json", "xml"]
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
NEVER = "0000-00-00 00:00:00"
FIELDS = {"Hash", "Email", "Period", "Recovery", "DatePurchase", "AccessExpirationDate", "Status", "Version"}
both = pytest.mark.parametrize("spoken", ["json", "xml"])


async def call(at: Site, spoken: Spoken, method: str, **given: Any) -> dict[str, Any]:
    """Return the answer as texts by name; what lies deeper is named by its path."""
    if spoken == "json":
        return _texts(await at.json(method, **given))
    root = await at.xml(method, **given)
    assert root.tag == "Response"
    tree = root.getroottree()
    leaves = (element for element in root.iter(etree.Element) if not len(element))
    paths = ((tree.getelementpath(element), element.text or "") for element in leaves)
    return {path: text for path, text in paths if not path.startswith("Versions")}


def _texts(value: dict[str, Any], under: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, each in value.items():
        if isinstance(each, dict):
            found |= _texts(each, f"{under}{name}/")
        elif name != "Versions":
            found[under + name] = "" if each is None else str(each)
    return found


async def view(at: Site, spoken: Spoken, **other: Any) -> dict[str, dict[str, str]]:
    """Do what the plugin does when a page is shown; return the answers by the letter of the call."""
    calls = {"A": await call(at, spoken, "ppv/addbuyer", **at.buyer(**other))}
    a = calls["A"]
    over = _is_over(a.get("AccessExpirationDate", NEVER))
    spent = a.get("Recovery", "0") == "0"
    if a["Status"] == "Success" and not over and not spent:
        return calls
    b = calls["B"] = await call(at, spoken, "ppv/info", **at.buyer(**other))
    if spent and "Items/Item/Activation" in b:
        given = {"activation": b["Items/Item/Activation"]}
        calls["C"] = await call(at, spoken, "ppv/updatebuyer", **at.buyer(**other, **given))
    if over and b["Status"] == "Success":
        until = b["Items/Item/AccessExpirationDate"]
        if _is_over(until) or until == NEVER:
            days = timedelta(days=int(b["Items/Item/Period"]))
            until = (datetime.now(MOSCOW) + days).strftime("%Y-%m-%d %H:%M:%S")
        given = {"access_expire": until}
        calls["D"] = await call(at, spoken, "ppv/updatebuyer", **at.buyer(**other, **given))
    return calls


def _is_over(moment: str) -> bool:
    return moment not in ("", NEVER) and _moscow(moment) < datetime.now(MOSCOW)


def _moscow(moment: str) -> datetime:
    return datetime.strptime(moment, "%Y-%m-%d %H:%M:%S").replace(tzinfo=MOSCOW)


@both
async def test_a_new_participant_needs_one_call(at: Site, spoken: Spoken) -> None:
    await at.subscribe()
    calls = await view(at, spoken, email="a@b.c")
    assert list(calls) == ["A"]
    a = calls["A"]
    assert set(a) >= FIELDS
    assert {name: a[name] for name in ("Status", "Hash", "Email", "Period", "Recovery", "Version")} == {
        "Status": "Success", "Hash": HASH.format(media=at.media), "Email": "a@b.c", "Period": "30", "Recovery": "3",
        "Version": "1.0",
    }  # fmt: skip
    assert MOMENT.fullmatch(a["DatePurchase"])
    assert timedelta(days=29) < _moscow(a["AccessExpirationDate"]) - datetime.now(MOSCOW) < timedelta(days=31)
    assert await at.admits(a["Hash"])


@both
async def test_a_known_participant_gets_the_same_fields_again(at: Site, spoken: Spoken) -> None:
    await at.subscribe()
    first, again = [await view(at, spoken, email="a@b.c") for _ in range(2)]
    assert list(again) == ["A"]
    assert again == first
    assert await at.admits(again["A"]["Hash"])


@both
async def test_an_expired_participant_is_prolonged_by_the_period(at: Site, spoken: Spoken) -> None:
    await at.subscribe()
    await at.json("ppv/addbuyer", **at.buyer(access_expire="2020-02-29"))
    user = HASH.format(media=at.media)
    assert not await at.admits(user)
    calls = await view(at, spoken)
    assert list(calls) == ["A", "B", "D"]
    assert calls["A"]["Status"] == "Success"
    assert calls["A"]["AccessExpirationDate"] == "2020-02-29 23:59:59"
    item = {
        name: calls["B"][f"Items/Item/{name}"] for name in ("Activation", "AccessExpirationDate", "Period")
    }
    assert (calls["B"]["Status"], item) == (
        "Success", {"Activation": "3", "AccessExpirationDate": NEVER, "Period": "30"}
    )  # fmt: skip
    assert calls["D"]["Status"] == "Success"
    assert set(calls["D"]) >= FIELDS
    left = _moscow(calls["D"]["AccessExpirationDate"]) - datetime.now(MOSCOW)
    assert timedelta(days=29) < left < timedelta(days=31)
    assert await at.admits(user)
    assert list(await view(at, spoken)) == ["A"]


@both
async def test_a_participant_of_a_hard_list_that_is_over_stays_outside(at: Site, spoken: Spoken) -> None:
    await at.subscribe(access_expire="2020-02-29", hard=1)
    calls = await view(at, spoken)
    assert calls["A"]["AccessExpirationDate"] == "2020-02-29 23:59:59"
    assert calls["B"]["Items/Item/AccessExpirationDate"] == "2020-02-29 23:59:59"
    assert calls["D"]["Status"] == "Failed"
    assert "beyond the end" in calls["D"]["Message"]
    assert not await at.admits(HASH.format(media=at.media))


@both
async def test_a_withdrawn_participant_is_refused_with_a_sentence(at: Site, spoken: Spoken) -> None:
    await at.subscribe(hard=1)
    await view(at, spoken)
    await at.json("ppv/deletebuyer", **at.buyer())
    a = (await view(at, spoken))["A"]
    assert (a["Status"], a["Message"]) == ("Failed", "Access of this customer was withdrawn")
    assert "Hash" not in a
    assert "Recovery" not in a
    assert not await at.admits(HASH.format(media=at.media))


@both
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"code": "AAAAAAAA"}, "Subscription not found"),
        ({"media": "AAAAAAAA"}, "Media not found"),
        ({"hash": "x" * 201}, "hash"),
        ({"apikey": "rk_unknown"}, "Application not found"),
    ],
)
async def test_a_wrong_setting_is_refused_with_a_sentence(
    at: Site, spoken: Spoken, wrong: dict[str, str], message: str
) -> None:
    await at.subscribe()
    a = await call(at, spoken, "ppv/addbuyer", **(at.buyer() | wrong))
    assert a["Status"] == "Failed"
    assert message in a["Message"]
    assert "Hash" not in a


@both
async def test_activations_given_back_change_nothing_for_they_are_never_spent(
    at: Site, spoken: Spoken
) -> None:
    await at.subscribe()
    first = (await view(at, spoken))["A"]
    c = await call(at, spoken, "ppv/updatebuyer", **at.buyer(activation=3))
    assert {name: c[name] for name in FIELDS} == {name: first[name] for name in FIELDS}
    assert (await view(at, spoken))["A"] == first


def test_only_answers_of_many_values_are_written_beside_the_event_loop() -> None:
    row: Value = {"Hash": "d-1", "Flags": {"Item": []}, "Name": None}
    assert not has_many({"Items": {"Item": [row] * 5}}, 10)
    assert has_many({"Items": {"Item": [row] * 5}, "Page": 1}, 10)
