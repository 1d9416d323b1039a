"""Viewing time by day and hour in the compatible API: what players played, cut where Moscow's days and hours begin."""

from typing import Any

import pytest

from rollcall.store.database import Connection
from tests.history import Records
from tests.web.boomstream.site import Site
from tests.web.conftest import Api, Tenant

MIDNIGHT = 1_772_312_400_000  # 2026-03-01 00:00 in Moscow
MINUTE, HOUR = 60_000, 3_600_000
PERIOD = {"start": "2026-02-27", "end": "2026-03-02"}


def watched(conn: Connection, tenant: Tenant) -> tuple[str, str]:
    """Store two media of this tenant: one watched by two people across midnight, one for a minute on the next day."""
    records = Records(conn)
    records.project_no = tenant.no
    hall, other = records.media(), records.media()
    anna = records.play(hall, "anna", last_arrival_ms=MIDNIGHT + 3 * HOUR)
    records.span(hall, anna, 1, MIDNIGHT - 30 * MINUTE, MIDNIGHT + 2 * HOUR + 6 * MINUTE)
    records.span(hall, anna, 2, MIDNIGHT + 2 * HOUR + 6 * MINUTE, MIDNIGHT + 3 * HOUR, state="paused")
    boris = records.play(hall, "boris", identity="plain", last_arrival_ms=MIDNIGHT + HOUR)
    records.span(hall, boris, 1, MIDNIGHT, MIDNIGHT + 6 * MINUTE, late=True)
    vera = records.play(other, "vera", last_arrival_ms=MIDNIGHT + 30 * HOUR)
    records.span(other, vera, 1, MIDNIGHT + 25 * HOUR, MIDNIGHT + 25 * HOUR + MINUTE)
    return records.codes[hall], records.codes[other]


@pytest.fixture
async def at(api_on_both: Api) -> Site:
    api = api_on_both
    await api.deps.db.write(lambda conn: watched(conn, api.theirs))
    hall, other = await api.deps.db.write(lambda conn: watched(conn, api.mine))
    site = Site(api, api.mine, hall)
    site.code = other
    return site


def items(told: Any) -> list[tuple[str, int, str]]:
    assert told["Status"] == "Success", told
    return [(item["date"], item["time"], item["time_dim"]) for item in told["Items"]["Item"]]


async def test_a_project_by_day_with_the_known_fields(at: Site) -> None:
    told = await at.json("stats", **PERIOD)
    assert items(told) == [
        ("28.02.2026", 30 * MINUTE, "0.50 hours"),
        ("01.03.2026", 2 * HOUR + 12 * MINUTE, "2.20 hours"),
        ("02.03.2026", MINUTE, "0.02 hours"),
    ]
    expected = {
        "Period": "27.02.2026 - 02.03.2026", "Start": "27.02.2026", "End": "02.03.2026", "GroupBy": "day",
        "SourceType": "project", "Page": 1, "PageLimit": 1000, "PageCount": 1, "ItemCount": 3,
        "ItemFormat": {"date": "Date", "time": "Time", "time_dim": "Time (hours)"},
    }  # fmt: skip
    assert {name: told[name] for name in expected} == expected
    assert items(await at.json("stats", **PERIOD, order="desc", project="all")) == items(told)[::-1]


async def test_a_media_by_hour(at: Site) -> None:
    told = await at.json("stats", **PERIOD, code=at.media, group="hour")
    assert items(told) == [
        ("28.02.2026 23:00", 30 * MINUTE, "0.50 hours"),
        ("01.03.2026 00:00", 66 * MINUTE, "1.10 hours"),
        ("01.03.2026 01:00", 60 * MINUTE, "1.00 hours"),
        ("01.03.2026 02:00", 6 * MINUTE, "0.10 hours"),
    ]
    assert (told["SourceType"], told["GroupBy"]) == ("media", "hour")
    assert items(await at.json("stats", code=at.code, end="2026-03-02")) == [
        ("02.03.2026", MINUTE, "0.02 hours")
    ]


async def test_in_xml_items_are_elements(at: Site) -> None:
    root = await at.xml("stats", **PERIOD, page="1")
    assert [node.findtext("time") for node in root.iterfind("Items/Item")] == ["1800000", "7920000", "60000"]
    assert root.findtext("ItemFormat/time_dim") == "Time (hours)"
    assert len(await at.xml("stats", **PERIOD, page="2")) > 0


async def test_without_a_period_it_is_the_last_week(at: Site) -> None:
    told = await at.json("stats")
    assert items(told) == []
    assert (told["ItemCount"], told["PageCount"]) == (0, 1)
    day = await at.json("stats", end="2026-03-08")
    assert (day["Start"], items(day)) == (
        "01.03.2026",
        items(await at.json("stats", start="2026-03-01", end="2026-03-08")),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"group": "week"}, {"order": "up"}, {"page": "0"}, {"start": "01.03.2026"}, {"end": "2026-13-01"},
        {"start": "2026-03-02", "end": "2026-03-01"}, {"start": "1980-01-01"}, {"code": "nosuchid"},
        {"start": "0001-01-01"}, {"end": "9999-12-31"}, {"project": "another"},
        {"start": "2020-01-01", "group": "hour"},
    ],
)  # fmt: skip
async def test_bad_calls_fail_with_a_sentence(at: Site, wrong: dict[str, str]) -> None:
    told = await at.json("stats", **wrong)
    assert (told["Status"], bool(told["Message"])) == ("Failed", True)


async def test_it_needs_its_scope_and_shows_no_other_project(at: Site, api_on_both: Api) -> None:
    at.key = at.tenant.with_scopes("access").headers["authorization"].removeprefix("Bearer ")
    assert (await at.json("stats"))["Message"] == "This key lacks the scope 'statistics'"
    theirs = Site(api_on_both, api_on_both.theirs, at.media)
    assert (await theirs.json("stats", code=at.media))["Message"] == "Media not found"
