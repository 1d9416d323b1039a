"""The project over HTTP: title, origins, embed keys."""

import pytest
from joserfc.jwk import OKPKey

from tests.pictures import JPEG, png
from tests.web.conftest import Api, problem

EMPTY: dict[str, list[str]] = {"embed_origins": [], "framing_refusals": []}


async def test_a_new_project_lets_nobody_frame_it(api: Api) -> None:
    project = (await api.mine.api.get("/project")).json()
    (key,) = project["embed_keys"]
    assert project == {
        "code": api.mine.code,
        "title": "Mine",
        "embed_keys": [{"kid": key["kid"], "alg": "HS256", "created_at": project["created_at"]}],
        "created_at": project["created_at"],
        **EMPTY,
    }


async def test_origins_are_kept_as_browsers_write_them(api: Api) -> None:
    given = ["HTTPS://School.Example:443", "http://localhost:8081", "https://school.example"]
    changed = await api.mine.api.patch("/project", json={"embed_origins": given})
    assert changed.json()["embed_origins"] == ["https://school.example", "http://localhost:8081"]
    assert changed.json()["title"] == "Mine"
    wrong = await api.mine.api.patch(
        "/project", json={"title": "B", "embed_origins": ["https://ok.example", "*"]}
    )
    problem(wrong, 400, "malformed", ["$.embed_origins[1]"])
    assert (await api.mine.api.get("/project")).json() == changed.json()


async def test_two_embed_keys_at_most_so_that_one_can_replace_the_other(api: Api) -> None:
    added = await api.mine.api.post("/project/embed-keys", json={})
    assert added.json()["secret"].startswith("es_")
    problem(await api.mine.api.post("/project/embed-keys", json={}), 409, "too_many_embed_keys")
    (first, second) = (await api.mine.api.get("/project")).json()["embed_keys"]
    assert second["kid"] == added.json()["kid"]
    assert (await api.mine.api.delete(f"/project/embed-keys/{first['kid']}")).status_code == 204
    problem(await api.mine.api.delete(f"/project/embed-keys/{first['kid']}"), 404, "not_found")
    assert (await api.mine.api.get("/project")).json()["embed_keys"] == [second]
    assert added.json()["secret"] not in (await api.mine.api.get("/project")).text


@pytest.mark.parametrize("form", ["jwk", "pem"])
async def test_a_public_key_comes_as_jwk_or_pem(api: Api, form: str) -> None:
    key = OKPKey.generate_key("Ed25519")
    public = key.as_dict(private=False) if form == "jwk" else key.as_pem(private=False).decode()
    added = await api.mine.api.post("/project/embed-keys", json={"alg": "EdDSA", "public_key": public})
    assert (added.status_code, added.json()["alg"], added.json()["secret"]) == (201, "EdDSA", None)


@pytest.mark.parametrize(
    "body",
    [
        {"alg": "EdDSA"},
        {"alg": "HS256", "public_key": "x"},
        {"alg": "EdDSA", "public_key": "not a key"},
        {"alg": "EdDSA", "public_key": {}},
        {"alg": "EdDSA", "public_key": {"kty": "oct", "k": "AAAA"}},
        {"alg": "EdDSA", "public_key": {"kty": "OKP", "crv": "X25519", "x": "A" * 43}},
        {"alg": "EdDSA", "public_key": {"kty": "OKP", "crv": "Ed25519", "x": "short"}},
        {"alg": "EdDSA", "public_key": {"kty": "OKP", "crv": "Ed25519", "x": "\u0000"}},
        {"alg": "EdDSA", "public_key": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"},
    ],
)
async def test_what_is_no_public_key_is_refused(api: Api, body: dict[str, object]) -> None:
    problem(await api.mine.api.post("/project/embed-keys", json=body), 400, "malformed", ["$.public_key"])


@pytest.mark.parametrize(("picture", "kind"), [(png(30, 20), "image/png"), (JPEG, "image/jpeg")])
async def test_a_logo_is_kept_as_given_until_it_is_replaced_or_removed(
    api_on_both: Api, picture: bytes, kind: str
) -> None:
    mine = api_on_both.mine.api
    problem(await mine.get("/project/logo"), 404, "not_found")
    for given in (png(1, 1), picture):
        put = await mine.put("/project/logo", content=given, headers={"Content-Type": kind})
        assert put.status_code == 204
    kept = await mine.get("/project/logo")
    assert (kept.content, kept.headers["content-type"]) == (picture, kind)
    assert kept.headers["x-content-type-options"] == "nosniff"
    problem(await api_on_both.theirs.api.get("/project/logo"), 404, "not_found")
    problem(await api_on_both.theirs.api.delete("/project/logo"), 404, "not_found")
    assert (await mine.delete("/project/logo")).status_code == 204
    problem(await mine.get("/project/logo"), 404, "not_found")


@pytest.mark.parametrize(
    ("picture", "kind", "status", "code"),
    [
        (png(30, 20), "image/svg+xml", 415, "wrong_type"),
        (b"<svg/>", "image/png", 400, "malformed"),
        (png(30, 20)[:60], "image/png", 400, "malformed"),  # begins well, and cannot be printed
        (png(1, 1).ljust(300_000), "image/png", 413, "too_large"),
    ],
)
async def test_what_cannot_be_printed_is_no_logo(
    api: Api, picture: bytes, kind: str, status: int, code: str
) -> None:
    refused = await api.mine.api.put("/project/logo", content=picture, headers={"Content-Type": kind})
    problem(refused, status, code)
    problem(await api.mine.api.get("/project/logo"), 404, "not_found")
