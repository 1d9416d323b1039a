"""What existing clients send and read, field by field: the Moodle plugin's exchange, and the other known clients."""

import re
from datetime import datetime, timedelta
from urllib.parse import quote, unquote_plus

import pytest
from lxml import etree
from sqlalchemy import select

from rollcall.store import tables
from tests.web.boomstream.site import HASH, MOSCOW, Site
from tests.web.conftest import Api


async def test_a_new_customer_is_added_and_the_answer_is_flat(at: Site) -> None:
    await at.subscribe()
    answer = await at.json("ppv/addbuyer", **at.buyer())
    expires = datetime.strptime(answer["AccessExpirationDate"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=MOSCOW)
    assert timedelta(days=29) < expires - datetime.now(MOSCOW) < timedelta(days=31)
    assert {name: answer[name] for name in ("Status", "Hash", "Email", "Period", "Recovery", "Version")} == {
        "Status": "Success", "Hash": HASH.format(media=at.media), "Email": "", "Period": 30, "Recovery": 3,
        "Version": "1.0",
    }  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", answer["DatePurchase"])
    assert [version["version"] for version in answer["Versions"]] == ["1.0", "1.1", "1.2"]
    assert at.key not in answer["RequestURI"]
    assert "apikey=***" in answer["RequestURI"]


async def test_a_known_customer_is_added_again_and_nothing_changes(at: Site) -> None:
    await at.subscribe()
    first = await at.json("ppv/addbuyer", **at.buyer(email="a@b.c", name="Анна"))
    again = await at.json("ppv/addbuyer", **at.buyer())
    assert again["Status"] == "Success"
    for name in ("Hash", "Email", "Name", "AccessExpirationDate", "DatePurchase", "Recovery"):
        assert again[name] == first[name]
    listed = await at.tenant.api.get(f"/lists/{at.code}/participants")
    (row,) = listed.json()["items"]
    assert (row["user_id"], row["email"], row["name"]) == (HASH.format(media=at.media), "a@b.c", "Анна")


async def test_an_expired_customer_is_shown_as_expired_and_prolonged_by_the_exchange(at: Site) -> None:
    await at.subscribe()
    past = await at.json("ppv/addbuyer", **at.buyer(access_expire="2020-02-29"))
    assert past["AccessExpirationDate"] == "2020-02-29 23:59:59"
    assert (await at.json("ppv/addbuyer", **at.buyer()))["AccessExpirationDate"] == "2020-02-29 23:59:59"
    told = await at.json("ppv/info", **at.buyer())
    assert isinstance(told["Items"], dict)
    assert (told["Items"]["Item"]["Activation"], told["Items"]["Item"]["Period"]) == (3, 30)
    assert told["Items"]["Item"]["AccessExpirationDate"] == "0000-00-00 00:00:00"
    renewed = await at.json("ppv/updatebuyer", **at.buyer(access_expire="2100-12-12 10:00:00"))
    assert (renewed["Status"], renewed["AccessExpirationDate"]) == ("Success", "2100-12-12 10:00:00")
    row = (await at.tenant.api.get(f"/lists/{at.code}/participants")).json()["items"][0]
    assert row["valid_until"] == "2100-12-12T07:00:00.000Z"


async def test_a_hard_subscription_refuses_to_prolong_beyond_its_end_and_to_let_in_again(at: Site) -> None:
    await at.subscribe(access_expire="2099-01-01", hard=1)
    assert (await at.json("ppv/addbuyer", **at.buyer()))["AccessExpirationDate"] == "2099-01-01 23:59:59"
    refused = await at.json("ppv/updatebuyer", **at.buyer(access_expire="2100-01-01"))
    assert refused["Status"] == "Failed"
    assert "beyond the end" in refused["Message"]
    assert (await at.json("ppv/deletebuyer", **at.buyer()))["Status"] == "Success"
    again = await at.json("ppv/addbuyer", **at.buyer())
    assert (again["Status"], again["Message"]) == ("Failed", "Access of this customer was withdrawn")


async def test_a_user_id_with_a_percent_sign_is_itself_in_every_call(at: Site) -> None:
    await at.subscribe()
    ids = ["aA", "a%41", "a%2541", "100%"]
    for user_id in ids:
        assert (await at.json("ppv/addbuyer", **at.buyer(hash=user_id)))["Hash"] == user_id
        assert (await at.json("ppv/updatebuyer", **at.buyer(hash=user_id, name=user_id)))["Name"] == user_id
    assert (await at.json("ppv/deletebuyer", code=at.code, hash="a%41"))["Status"] == "Success"
    left = (await at.json("ppv/listbuyers", code=at.code))["Items"]["Item"]
    assert [row["Hash"] for row in left] == ["aA", "a%2541", "100%"]


async def test_a_user_id_is_compared_exactly_in_every_call_and_at_the_door(at: Site) -> None:
    await at.subscribe()
    ids = ["x", " x ", "x\u00a0", "\u3000x"]
    for user_id in ids:
        assert (await at.json("ppv/addbuyer", **at.buyer(hash=user_id)))["Hash"] == user_id
        assert await at.admits(user_id)
    await at.json("ppv/updatebuyer", code=at.code, hash=" x ", name="Анна")
    found = [(await at.json("ppv/info", code=at.code, hash=user_id))["Items"]["Item"] for user_id in ids]
    assert [(item["Hash"], item["CustomerName"]) for item in found] == list(
        zip(ids, ["", "Анна", "", ""], strict=True)
    )
    told = await at.json("live/nmo", code=at.media, hash=" x ")
    assert [row["Hash"] for row in told["Participants"]["Item"]] == [" x "]
    await at.json("ppv/deletebuyer", code=at.code, hash="x")
    assert [await at.admits(user_id) for user_id in ids] == [False, True, True, True]


@pytest.mark.parametrize(
    ("user_id", "sentence"),
    [
        (" ", "Parameter 'hash' is only white space"),
        ("\u00a0\u2003", "Parameter 'hash' is only white space"),
        ("\x85", "Parameter 'hash' has control characters"),
        ("\nx", "Parameter 'hash' has control characters"),
        ("x\t", "Parameter 'hash' has control characters"),
    ],
)
async def test_a_user_id_of_white_space_or_with_control_characters_is_refused(
    at: Site, user_id: str, sentence: str
) -> None:
    await at.subscribe()
    methods = ("ppv/addbuyer", "ppv/updatebuyer", "ppv/deletebuyer", "ppv/info")
    for method, code in [
        *((each, at.code) for each in methods),
        ("ppv/sessions", at.media),
        ("live/nmo", at.media),
    ]:
        told = await at.json(method, **at.buyer(hash=user_id, code=code))
        assert (told["Status"], told["Message"]) == ("Failed", sentence), method
    assert (await at.json("ppv/listbuyers", code=at.code))["ItemCount"] == 0
    assert not await at.admits(user_id)


async def test_in_xml_the_same_fields_are_direct_children(at: Site) -> None:
    await at.subscribe()
    root = await at.xml("PPV/addBuyer", **at.buyer(name="<Анна & Ко>", ver="1.1"))
    assert root.tag == "Response"
    texts = {child.tag: child.text for child in root if not len(child)}
    assert (texts["Status"], texts["Recovery"], texts["Period"], texts["Version"]) == (
        "Success",
        "3",
        "30",
        "1.1",
    )
    assert texts["Name"] == "<Анна & Ко>"
    assert [item.text for item in root.findall("Versions/Item")] == ["1.0", "1.1", "1.2"]
    told = await at.xml("ppv/info", **at.buyer())
    assert told.findtext("Items/Item/Activation") == "3"
    listed = await at.xml("ppv/listbuyers", code=at.code)
    assert [e.findtext("Hash") for e in listed.findall("Items/Item")] == [HASH.format(media=at.media)]


async def test_without_a_hash_one_of_nine_digits_is_made(at: Site) -> None:
    await at.subscribe()
    answer = await at.json("ppv/addbuyer", code=at.code, media=at.media, email="a@b.c")
    assert re.fullmatch(r"\d{3}-\d{3}-\d{3}", answer["Hash"])


async def test_every_way_to_send_a_call_is_taken(at: Site) -> None:
    await at.subscribe()
    url, given = "/api/ppv/addbuyer", {k: str(v) for k, v in at.buyer().items()}
    bearer = {"Authorization": f"Bearer {at.key}"}
    answers = [
        await at.http.post(url, data={**given, "apikey": at.key, "format": "json"}),
        await at.http.post(url, json={**at.buyer(), "apikey": at.key}),
        await at.http.post(url, json={**at.buyer(), "ver": "1.2"}, headers=bearer),
        await at.http.get(url, params={**given, "format": "json"}, headers=bearer),
        await at.http.get(
            url, params={**given, "format": "json", "apikey": at.key}, headers={"Authorization": "Bearer no"}
        ),
    ]
    assert [answer.json()["Status"] for answer in answers] == ["Success"] * 5
    assert [answer.json()["Hash"] for answer in answers] == [HASH.format(media=at.media)] * 5
    wins = await at.http.get(url, params={**given, "format": "json", "apikey": "wrong"}, headers=bearer)
    assert wins.json()["Message"] == "Application not found"


@pytest.mark.parametrize(
    ("method", "change", "message"),
    [
        ("ppv/addbuyer", {"apikey": "unknown"}, "Application not found"),
        ("ppv/addbuyer", {"code": "nosuchid"}, "Subscription not found"),
        ("ppv/addbuyer", {"media": "nosuchid"}, "Media not found"),
        ("ppv/addbuyer", {"media": ""}, "Parameter 'media' is required"),
        ("ppv/addbuyer", {"access_expire": "завтра"}, "Parameter 'access_expire' must be a date"),
        ("ppv/addbuyer", {"access_expire": "9999-12-31"}, "years 1970-2199"),
        ("ppv/addbuyer", {"email": "x\r\nBcc: y@z"}, "Parameter 'email'"),
        ("ppv/addbuyer", {"email": "a\x00@b.c"}, "Parameter 'email'"),
        ("ppv/addbuyer", {"email": "nobody"}, "Parameter 'email' must be an address"),
        ("ppv/addbuyer", {"email": "a" * 300 + "@b.c"}, "Parameter 'email' must be an address"),
        ("ppv/update", {"description": "a\x01b"}, "Parameter 'description'"),
        ("ppv/addbuyer", {"hash": "a\nb"}, "Parameter 'hash'"),
        ("ppv/addbuyer", {"hash": "x" * 201}, "Parameter 'hash'"),
        ("ppv/addbuyer", {"name": "\u0007"}, "Parameter 'name'"),
        ("ppv/addbuyer", {"ver": "9"}, "Unknown version"),
        ("ppv/updatebuyer", {"hash": "nobody"}, "Customer not found"),
        ("ppv/updatebuyer", {"activation": "-1"}, "Parameter 'activation'"),
        ("ppv/deletebuyer", {"hash": "nobody"}, "Customer not found"),
        ("ppv/nonsense", {}, "Method not found"),
        ("ppv/create", {"name": "X", "subscription_type": "gift", "period": 1}, "subscription_type"),
        ("ppv/create", {"name": "X", "subscription_type": "password"}, "'period' and 'access_expire'"),
        ("ppv/sessions", {"code": "nosuchid"}, "Media not found"),
        ("ppv/addmedia", {"media": "nosuchid"}, "Media not found"),
        ("ppv/deletemedia", {"media": "no'such"}, "Media not found"),
        (
            "ppv/create",
            {"name": "X", "subscription_type": "password", "period": 1, "media": "no"},
            "Media not found",
        ),
        ("live/nmo", {"code": "nosuchid"}, "Media not found"),
    ],
)
async def test_refusals_are_sentences_with_status_200(
    at: Site, method: str, change: dict[str, str], message: str
) -> None:
    await at.subscribe()
    for format_ in ("json", "xml"):
        answer = await at.get(method, **{**at.buyer(), "format": format_, **change})
        assert answer.status_code == 200
        if format_ == "json":
            assert answer.json()["Status"] == "Failed"
            assert message in answer.json()["Message"]
        else:
            root = etree.fromstring(answer.content)
            assert root.findtext("Status") == "Failed"
            assert message in (root.findtext("Message") or "")


async def test_another_projects_objects_do_not_exist(at: Site, api: Api) -> None:
    await at.subscribe()
    await at.json("ppv/addbuyer", **at.buyer())
    theirs = Site(api, api.theirs, at.media)
    theirs.code = at.code
    for method in (
        "addbuyer",
        "updatebuyer",
        "deletebuyer",
        "info",
        "listbuyers",
        "listmedia",
        "addmedia",
        "update",
        "delete",
    ):
        answer = await theirs.json(f"ppv/{method}", **theirs.buyer(name="X"))
        assert (method, answer["Status"], answer["Message"]) == (method, "Failed", "Subscription not found")
    assert (await theirs.json("ppv/sessions", **theirs.buyer()))["Message"] == "Media not found"
    assert (await theirs.json("ppv/list"))["Items"] == {"Item": []}


async def test_a_key_needs_the_scope_of_the_method(at: Site) -> None:
    await at.subscribe()
    at.key = at.tenant.with_scopes("statistics").headers["authorization"].removeprefix("Bearer ")
    assert "scope 'access'" in (await at.json("ppv/addbuyer", **at.buyer()))["Message"]
    assert (
        "scope 'personal'" in (await at.json("ppv/sessions", **{**at.buyer(), "code": at.media}))["Message"]
    )


async def test_media_of_a_subscription_are_added_and_taken_away(at: Site) -> None:
    await at.subscribe(media="")
    assert (await at.json("ppv/addbuyer", **at.buyer()))["Message"] == "Media not found"
    added = await at.json("ppv/addMedia", code=at.code, media=at.media)
    assert [item["Code"] for item in added["Items"]["Item"]] == [at.media]
    assert (await at.json("ppv/addbuyer", **at.buyer()))["Status"] == "Success"
    assert (await at.json("ppv/deletemedia", code=at.code, media=at.media))["Items"]["Item"] == []


async def test_the_probe_and_unknown_paths_of_v1_stay_apart(at: Site) -> None:
    assert "api/ppv" in (await at.json("info"))["sections"]
    assert (await at.json("app/info"))["Title"] == "Mine"
    strange = await at.http.get("/api/v1/nonsense")
    assert (strange.status_code, strange.json()["code"]) == (404, "not_found")
    for path in ("/api/docs/x", "/api/docs/x/y", "/api/v1"):
        assert (await at.http.get(path)).status_code == 404


async def test_a_subscription_keeps_its_name_when_a_customer_is_asked_for(at: Site) -> None:
    await at.subscribe(name="Курс кардиологии", description="Две\nстроки")
    await at.json("ppv/addbuyer", **at.buyer(name="Анна"))
    told = (await at.json("ppv/info", **at.buyer()))["Items"]["Item"]
    assert (told["Name"], told["CustomerName"], told["Hash"]) == (
        "Курс кардиологии", "Анна", HASH.format(media=at.media),
    )  # fmt: skip
    assert told["Description"] == "Две\nстроки"


async def test_a_change_with_a_fault_changes_nothing(at: Site) -> None:
    await at.subscribe()
    before = (await at.json("ppv/info", code=at.code))["Items"]
    for wrong in (
        {"period": "abc"},
        {"access_start": "2099-01-01", "access_expire": "2098-01-01"},
        {"period": 0, "hard": 1},
    ):
        assert (await at.json("ppv/update", code=at.code, name="Новое имя", **wrong))["Status"] == "Failed"
        assert (await at.json("ppv/info", code=at.code))["Items"] == before
    listed = await at.json("ppv/list")
    made = {"name": "X", "subscription_type": "password", "period": 1, "media": "nosuchid"}
    assert (await at.json("ppv/create", **made))["Status"] == "Failed"
    assert (await at.json("ppv/list"))["Items"] == listed["Items"]


@pytest.mark.parametrize("hard", [0, 1])
async def test_a_period_counts_from_the_start_of_access_where_that_is_still_to_come(
    at: Site, hard: int
) -> None:
    await at.subscribe(access_start="2099-01-01 00:00:00", period=5, hard=hard)
    added = await at.json("ppv/addbuyer", **at.buyer())
    assert added["AccessExpirationDate"] == "2099-01-06 00:00:00"
    later = await at.json("ppv/updatebuyer", **at.buyer(access_expire="2099-01-06 00:00:01"))
    assert later["Status"] == ("Failed" if hard else "Success")
    await at.json("ppv/update", code=at.code, access_start="2020-01-01")
    moscow_now = datetime.now(MOSCOW)
    begun = (await at.json("ppv/addbuyer", **at.buyer(hash="begun")))["AccessExpirationDate"]
    ends = datetime.strptime(begun, "%Y-%m-%d %H:%M:%S").replace(tzinfo=MOSCOW)
    assert abs(ends - moscow_now - timedelta(days=5)) < timedelta(minutes=1)


async def test_a_period_of_zero_is_none_where_an_end_is_given(at: Site) -> None:
    await at.subscribe(period=0, access_expire="2099-01-01")
    added = await at.json("ppv/addbuyer", **at.buyer())
    assert (added["Status"], added["Period"], added["AccessExpirationDate"]) == (
        "Success", 0, "2099-01-01 23:59:59",
    )  # fmt: skip
    made = {"name": "X", "subscription_type": "password", "period": 0}
    refused = await at.json("ppv/create", **made)
    assert refused["Message"] == "Parameter 'period' must be at least 1 where there is no 'access_expire'"
    assert (await at.json("ppv/update", code=at.code, period=0))["Status"] == "Success"


async def test_the_audit_finds_a_customer_by_the_code_of_the_list_and_tells_what_changed(at: Site) -> None:
    await at.subscribe(access_expire="2099-01-01 00:00:00", period=0)
    await at.json("ppv/addbuyer", **at.buyer(hash="d-1", name="Анна"))
    await at.json("ppv/addbuyer", **at.buyer(hash="d-1", name="Анна"))  # says nothing new
    await at.json(
        "ppv/updatebuyer", code=at.code, hash="d-1", access_expire="2098-01-01 00:00:00", activation=5
    )
    a = tables.audit.c
    rows = await at.api.deps.db.read(
        lambda conn: conn.execute(
            select(a.object, a.detail).where(a.action == "participant.put").order_by(a.no)
        ).all()
    )
    assert [row.object for row in rows] == [at.code] * 2
    added, changed = (row.detail for row in rows)
    assert {"user_id", "name", "valid_until_ms"} <= set(added["changed"])
    assert changed == {
        "user_id": "d-1", "changed": ["valid_until_ms", "fields"], "valid_from_ms": None,
        "valid_until_ms": added["valid_until_ms"] - 365 * 86_400_000, "activation": 5,
    }  # fmt: skip
    assert "Анна" not in str(added)


async def test_an_access_does_not_end_before_it_begins(at: Site) -> None:
    await at.subscribe(access_start="2099-01-01", period=1)
    refused = await at.json("ppv/addbuyer", **at.buyer(access_expire="2098-12-31"))
    assert (refused["Status"], refused["Message"]) == ("Failed", "The access would end before it begins")
    assert (await at.json("ppv/listbuyers", code=at.code))["ItemCount"] == 0
    assert (await at.json("ppv/addbuyer", **at.buyer(access_expire="2099-12-31")))["Status"] == "Success"
    earlier = await at.json("ppv/updatebuyer", **at.buyer(access_expire="2098-12-31"))
    assert earlier["Message"] == "The access would end before it begins"


async def test_nobody_has_access_beyond_the_end_of_a_hard_subscription_that_was_moved_forward(
    api_on_both: Api,
) -> None:
    media = {"title": "Зал", "kind": "live", "identity": "plain"}
    at = Site(
        api_on_both, api_on_both.mine, (await api_on_both.mine.api.post("/media", json=media)).json()["code"]
    )
    await at.subscribe(access_expire="2099-01-01", hard=1)
    await at.json("ppv/addbuyer", **at.buyer(hash="h"))
    assert await at.admits("h")
    moved = await at.json("ppv/update", code=at.code, access_expire="2020-01-01")
    assert moved["Items"]["Item"]["Hard"] == 1
    assert not await at.admits("h")
    again = await at.json("ppv/addbuyer", **at.buyer(hash="h"))
    assert again["AccessExpirationDate"] == "2020-01-01 23:59:59"
    await at.tenant.api.put(f"/lists/{at.code}/participants/h", json={})
    assert not await at.admits("h")
    await at.json("ppv/update", code=at.code, hard="no")
    assert await at.admits("h")


async def test_a_hard_subscription_with_a_period_prolongs_nobody_beyond_it(at: Site) -> None:
    await at.subscribe(period=30, hard=1)
    first = (await at.json("ppv/addbuyer", **at.buyer()))["AccessExpirationDate"]
    for until in ("2100-01-01", "0000-00-00 00:00:00"):
        refused = await at.json("ppv/updatebuyer", **at.buyer(access_expire=until))
        assert (refused["Status"], "beyond the end" in refused["Message"]) == ("Failed", True)
        assert (await at.json("ppv/addbuyer", **at.buyer(access_expire=until)))["Status"] == "Failed"
    assert (await at.json("ppv/addbuyer", **at.buyer()))["AccessExpirationDate"] == first
    later = {"valid_until": "2100-01-01T00:00:00Z"}
    await at.tenant.api.put(f"/lists/{at.code}/participants/{quote(at.buyer()['hash'], safe='')}", json=later)
    assert (await at.json("ppv/addbuyer", **at.buyer()))["AccessExpirationDate"] == first
    assert (await at.json("ppv/updatebuyer", **at.buyer(access_expire="2021-01-01")))["Status"] == "Success"
    forever = await at.api.mine.api.post("/lists", json={"title": "Без правил", "media": [at.media]})
    refused = await at.json("ppv/update", code=forever.json()["code"], hard=1)
    assert "Parameter 'hard' needs" in refused["Message"]


async def test_a_form_in_several_parts_is_read(at: Site) -> None:
    await at.subscribe()
    given = {
        k: (None, str(v))
        for k, v in {**at.buyer(name="Анна & Ко"), "apikey": at.key, "format": "json"}.items()
    }
    answer = await at.http.post("/api/ppv/addbuyer", files=given)
    assert answer.headers["content-type"].startswith("application/json")
    assert (answer.json()["Status"], answer.json()["Name"]) == ("Success", "Анна & Ко")
    several = [("apikey", (None, at.key)), ("format", (None, "json"))] + [("code[]", (None, at.media))] * 2
    told = await at.http.post("/api/media/bulkinfo", files=[*several, ("code[]", ("a.txt", b"ZZZZZZZZ"))])
    assert [item["Code"] for item in told.json()["Items"]["Item"]] == [at.media] * 2


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"nothing"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nvalue\r\n--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nv\r\n--x--"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="code"\r\n\r\nv'),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: \xff; name*=x'y'%ff\r\n\r\n\x00\r\n--x--",
        ),
        ("multipart/form-data; boundary*=nope''%ff", b"--x\r\n\r\n--x--"),
        ("multipart/form-data; boundary=\u00e9", b"--x--"),
    ],
)
async def test_a_broken_form_is_refused_with_a_sentence(at: Site, kind: str, body: bytes) -> None:
    url = f"/api/ppv/info?apikey={at.key}&format=json"
    answer = await at.http.post(url, content=body, headers={b"Content-Type": kind.encode("latin-1")})
    assert (answer.status_code, answer.json()["Status"]) == (200, "Failed")


@pytest.mark.parametrize(
    "written",
    [
        "apikey={key}", "apikey[]={key}", "%61pikey={key}", "APIKEY={key}", "apikey%20={key}",
        "x=1;apikey={key}&apikey={key}", "apikey={key}&other={key}", "apikey={key}&{key}",
        "apikey={key}&project=%{first:02x}{rest}", "apikey=old_key&apikey={key}",
    ],
)  # fmt: skip
async def test_the_echoed_address_never_has_the_key(at: Site, written: str) -> None:
    query = written.format(key=at.key, first=ord(at.key[0]), rest=at.key[1:])
    for format_ in ("json", "xml"):
        answer = await at.http.get(f"/api/info?format={format_}&{query}")
        echoed = unquote_plus(answer.text)
        assert "Success" in echoed
        assert at.key not in echoed
        assert "old_key" not in echoed
        assert f"/api/info?format={format_}&" in echoed.replace("&amp;", "&")


@pytest.mark.parametrize("name", ["media[]", "media[0]", "media%5B0%5D", "Media"])
async def test_an_array_is_read_however_php_writes_it(at: Site, name: str) -> None:
    query = f"apikey={at.key}&format=json&name=Курс&subscription_type=password&period=30&{name}={at.media}"
    made = (await at.http.get(f"/api/ppv/create?{query}")).json()
    listed = await at.json("ppv/listmedia", code=made["Items"]["Item"]["Code"])
    assert at.media in str(listed["Items"])


HEAD = b'--x\r\nContent-Disposition: form-data; name="a"'
FORM = "multipart/form-data; boundary=x"
PLAIN = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (HEAD + b";" * 200_000 + b"\r\n\r\nv\r\n--x--", FORM),
        ((HEAD + b"\r\n\r\nv\r\n") * 1_101 + b"--x--", FORM),
        (b"\r\n--x" * 50_000, FORM),
        (b"a=1&" * 1_101, PLAIN),
        (b"a" * (256 * 1024 + 1), PLAIN),
        (b'{"code": [' + b"1," * 1_101 + b"1]}", "application/json"),
    ],
)
async def test_what_nobody_would_send_is_refused_before_much_is_made_of_it(
    at: Site, body: bytes, kind: str
) -> None:
    answer = await at.http.post("/api/info", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, b"Failed" in answer.content) == (200, True)
    assert b"Application not found" not in answer.content  # it was not read as a call
