"""F37: every operation of the description, asked without a key, with a revoked one, a lower one, another project's."""

from rollcall.actions.keys import create_key, list_keys, revoke_key
from rollcall.domain.scopes import SCOPES
from tests.web.conftest import Api, problem
from tests.web.things import make_things, operations


async def test_nobody_gets_in_without_a_key_that_is_valid(api: Api) -> None:
    things, db, no = await make_things(api.mine.api), api.deps.db, api.mine.no
    text = await db.write(lambda conn: create_key(conn, no, (), None, "test", 0))
    code = (await db.read(lambda conn: list_keys(conn, no)))[-1].code
    await db.write(lambda conn: revoke_key(conn, no, code, "test", 0))
    headers = [
        "",
        f"Bearer {text}",
        "Bearer ",
        "Bearer x",
        f"Basic {text}",
        "Bearer " + "x" * 9000,
        "Bearer \xff",
    ]
    for operation in await operations(api.mine.api):
        path = things.fill(operation.template)
        for given in headers:
            sent = [(b"Authorization", given.encode("latin-1"))] if given else []
            answer = await api.anonymous.request(operation.method, path, json=operation.body(), headers=sent)
            problem(answer, 401, "unauthorised")
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_key_does_only_what_its_scopes_say(api: Api) -> None:
    things = await make_things(api.mine.api)
    for operation in await operations(api.mine.api):
        scope = operation.shown["x-scope"]
        lower = api.mine.with_scopes(*(other for other in SCOPES if other != scope))
        answer = await lower.request(operation.method, things.fill(operation.template), json=operation.body())
        assert f"'{scope}'" in problem(answer, 403, "missing_scope")["detail"]


async def test_another_projects_things_do_not_exist(api_on_both: Api) -> None:
    api = api_on_both
    mine, theirs = await make_things(api.mine.api), await make_things(api.theirs.api)
    numbers = dict.fromkeys(("chat", "flags", "answers"), "999999")
    nothing = dict.fromkeys(mine.by_segment, "ZZZZZZZZ") | numbers
    absent = type(mine)(nothing)
    for operation in await operations(api.mine.api):
        if "{" not in operation.template:
            continue
        method, body = operation.method, operation.body()
        foreign = await api.theirs.api.request(method, mine.fill(operation.template), json=body)
        missing = await api.theirs.api.request(method, absent.fill(operation.template), json=body)
        seen = [problem(answer, 404, "not_found")["detail"] for answer in (foreign, missing)]
        named = mine.by_segment.get(operation.template.split("/")[3], "-")
        assert seen[0].replace(f"'{named}'", "'ZZZZZZZZ'") == seen[1], operation.template
    for template in (
        "/media/{x}/chat/{y}",
        "/media/{x}/sessions/{y}",
        "/media/{x}/quizzes/{y}",
        "/media/{x}/polls/{y}",
        "/media/{x}/materials/{y}",
        "/lists/{x}/media/{y}",
    ):
        method = "PUT" if "lists" in template else "DELETE"
        crossed = theirs.fill(template).rpartition("/")[0] + "/" + mine.fill(template).rpartition("/")[2]
        problem(await api.theirs.api.request(method, crossed), 404, "not_found")


async def test_lists_of_things_hold_only_ones_own(api: Api) -> None:
    mine = await make_things(api.mine.api)
    for operation in await operations(api.theirs.api):
        if operation.method == "get" and "{" not in operation.template:
            answer = await api.theirs.api.get(mine.fill(operation.template))
            assert answer.status_code == (404 if operation.template.endswith("/logo") else 200)
            assert not [name for name in mine.by_segment.values() if len(name) == 8 and name in answer.text]


async def test_what_a_body_names_must_be_ones_own_too(api: Api) -> None:
    mine, theirs = await make_things(api.mine.api), api.theirs.api
    media, event = mine.by_segment["media"], mine.by_segment["events"]
    before = (await api.mine.api.get(f"/media/{media}")).json()
    for answer in (
        await theirs.post("/lists", json={"title": "L", "media": [media]}),
        await theirs.post("/events", json={"title": "E", "media": [media]}),
        await theirs.post("/media", json={"title": "M", "kind": "live", "event": event}),
    ):
        problem(answer, 404, "not_found")
    assert (await theirs.get("/lists")).json()["items"] == []
    assert (await theirs.get("/events")).json()["items"] == []
    assert (await api.mine.api.get(f"/media/{media}")).json() == before


async def test_a_stream_key_is_shown_only_to_keys_that_may_see_it(api: Api) -> None:
    code = (await make_things(api.mine.api)).by_segment["media"]
    shown = (await api.mine.api.get(f"/media/{code}")).json()["ingest"]
    assert shown["stream_key"].startswith("sk_")
    blind = api.mine.with_scopes("access", "control")
    assert (await blind.get(f"/media/{code}")).json()["ingest"] is None
    assert shown["stream_key"] not in (await blind.get("/media")).text
