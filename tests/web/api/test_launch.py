"""F33, F35: launching, and every token that is not exactly right."""

import asyncio
import base64
import hmac
import json
import logging
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from rollcall.actions.launch import verify_token
from rollcall.domain.ids import MediaCode
from rollcall.domain.launch_token import TokenExpired, TokenInvalid
from tests.web.conftest import Api, problem

USER = "Врач 1"


class Hall:
    """A media with one participant, and how to verify tokens for it."""

    def __init__(self, api: Api, media: str, of_list: str, kid: str) -> None:
        self.api, self.media, self.of_list, self.kid = api, media, of_list, kid
        self.key = OctKey.import_key(api.mine.embed_secret)
        self.now_s = api.deps.clock.now_ms() // 1000

    def claims(self, **changed: Any) -> dict[str, Any]:
        good = {
            "sub": USER, "med": self.media, "aud": "rollcall", "iss": self.api.mine.code, "iat": self.now_s,
            "exp": self.now_s + 600, "jti": "once-upon-a-time",
        }  # fmt: skip
        return {name: value for name, value in (good | changed).items() if value is not ...}

    def token(self, key: Any = None, header: dict[str, Any] | None = None, **changed: Any) -> str:
        shown = {"alg": "HS256", "kid": self.kid, "typ": "JWT"} | (header or {})
        shown = {name: value for name, value in shown.items() if value is not ...}
        return jwt.encode(
            shown, self.claims(**changed), key or self.key, algorithms=["HS256", "HS512", "Ed25519", "EdDSA"]
        )

    async def verify(self, token: str) -> str:
        deps = self.api.deps
        claims = await verify_token(
            deps.db, token, self.api.mine.no, MediaCode(self.media), self.now_s * 1000
        )
        return claims.user_id


def part(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@pytest.fixture
async def hall(api: Api) -> Hall:
    media = (await api.mine.api.post("/media", json={"title": "M", "kind": "live"})).json()["code"]
    of_list = (await api.mine.api.post("/lists", json={"title": "L", "media": [media]})).json()["code"]
    await api.mine.api.put(f"/lists/{of_list}/participants/{quote(USER)}", json={"name": "Иван"})
    kid = (await api.mine.api.get("/project")).json()["embed_keys"][0]["kid"]
    return Hall(api, media, of_list, kid)


async def test_a_launch_is_a_link_with_a_token_that_holds(hall: Hall) -> None:
    made = await hall.api.mine.api.post(
        f"/media/{hall.media}/launch", json={"user_id": USER, "name": "Др. Ж"}
    )
    body = made.json()
    assert made.status_code == 201
    assert body["url"] == f"http://127.0.0.1:8080/embed/{hall.media}#token={body['token']}"
    assert await hall.verify(body["token"]) == USER
    again = await hall.api.mine.api.post(f"/media/{hall.media}/launch", json={"user_id": USER})
    assert again.json()["token"] != body["token"]


async def test_only_who_is_on_an_open_list_is_launched(hall: Hall) -> None:
    api, path = hall.api.mine.api, f"/lists/{hall.of_list}/participants/"

    async def refusal(user_id: str) -> str:
        answer = await api.post(f"/media/{hall.media}/launch", json={"user_id": user_id})
        return str(problem(answer, 403, answer.json()["code"])["code"])

    strangers = ["врач 1", "Врач 1 ", " Врач 1", "Врач  1", "Bрач 1", "Врач\u00a01", "Врач 1\u200b", "%"]
    assert {await refusal(user_id) for user_id in strangers} == {"not_on_list"}
    await api.put(path + "late", json={"valid_until": "2020-01-01T00:00:00Z"})
    await api.put(path + "early", json={"valid_from": "2150-01-01T00:00:00Z"})
    await api.put(path + "gone", json={})
    await api.delete(path + "gone")
    refusals = [await refusal(user_id) for user_id in ("late", "early", "gone")]
    assert refusals == ["access_expired", "not_open_yet", "access_withdrawn"]
    await api.delete(f"/lists/{hall.of_list}")
    assert await refusal(USER) == "access_withdrawn"


async def test_an_organiser_signs_by_himself_with_either_algorithm(hall: Hall) -> None:
    assert await hall.verify(hall.token()) == USER
    pair = OKPKey.generate_key("Ed25519")
    body = {"alg": "EdDSA", "public_key": pair.as_dict(private=False)}
    kid = (await hall.api.mine.api.post("/project/embed-keys", json=body)).json()["kid"]
    signed = sign_eddsa(hall, pair, kid)
    assert await hall.verify(signed) == USER
    confused = f"{part({'alg': 'HS256', 'kid': kid})}.{part(hall.claims())}"
    mac = hmac.digest(pair.as_pem(private=False), confused.encode(), "sha256")
    stolen = f"{confused}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    for forged in (hall.token(header={"kid": kid}), stolen):
        with pytest.raises(TokenInvalid):
            await hall.verify(forged)
    await hall.api.mine.api.delete(f"/project/embed-keys/{kid}")
    with pytest.raises(TokenInvalid):
        await hall.verify(signed)


def sign_eddsa(hall: Hall, pair: OKPKey, kid: str) -> str:
    head, claims = part({"alg": "EdDSA", "kid": kid}), part(hall.claims())
    private = pair.get_op_key("sign")
    assert isinstance(private, Ed25519PrivateKey)
    signature = private.sign(f"{head}.{claims}".encode())
    return f"{head}.{claims}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def malformed(hall: Hall) -> dict[str, str]:
    """Return tokens of which none may pass, by what is wrong with them."""
    good = hall.token()
    head, claims, signature = good.split(".")

    def headed(**header: Any) -> str:
        return f"{part({'alg': 'HS256', 'kid': hall.kid} | header)}.{claims}.{signature}"

    def claiming(text: Any) -> str:
        """Sign what no library would."""
        signed = f"{head}.{part(text)}"
        mac = hmac.digest(hall.api.mine.embed_secret.encode(), signed.encode(), "sha256")
        return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"

    raw = json.dumps(hall.claims())
    foreign = OctKey.import_key(hall.api.theirs.embed_secret)
    return {
        "empty": "", "only dots": "..", "no dots": "abc",
        "two parts": f"{head}.{claims}", "four parts": f"{good}.{signature}",
        "alg none": f"{part({'alg': 'none', 'kid': hall.kid})}.{claims}.", "alg none, signed": headed(alg="none"),
        "alg None": headed(alg="None"), "alg null": headed(alg=None), "alg RS256": headed(alg="RS256"),
        "alg EdDSA": headed(alg="EdDSA"), "alg list": headed(alg=["HS256"]), "alg lower": headed(alg="hs256"),
        "stronger alg": hall.token(header={"alg": "HS512"}), "kid missing": hall.token(header={"kid": ...}),
        "kid unknown": hall.token(header={"kid": "ZZZZZZZZ"}), "kid number": headed(kid=1),
        "kid path": hall.token(header={"kid": "../../dev/null"}), "kid nul": hall.token(header={"kid": "a\x00"}),
        "kid sql": hall.token(header={"kid": "' or 1=1 --"}), "jku": headed(jku="https://evil.example/keys"),
        "crit": headed(crit=["x"]), "jwk": headed(jwk={"kty": "oct", "k": "AAAA"}), "b64": headed(b64=False),
        "typ": hall.token(header={"typ": "at+jwt"}), "foreign key": hall.token(foreign),
        "wrong secret": hall.token(OctKey.import_key("x" * 32)), "cut": good[:-1], "extended": good + "A",
        "changed claims": f"{head}.{part(hall.claims(sub='other'))}.{signature}", "padding": f"{good}=",
        "no signature": f"{head}.{claims}.", "space": f" {good}", "newline": f"{good}\n", "unicode": good + "ж",
        "huge": "A" * 1_000_000, "huge claims": hall.token(extra="x" * 9000), "not json": claiming("no"),
        "array": claiming([1]), "null": claiming("null"), "deep": claiming("[" * 5000), "NaN": claiming('{"iat":NaN}'),
        "claim twice": claiming(raw[:-1] + ', "sub": "other"}'), "surrogate": claiming(hall.claims(sub="\ud800")),
        "media": hall.token(med="ZZZZZZZZ"), "project": hall.token(iss=hall.api.theirs.code),
        "audience": hall.token(aud="other"), "audiences": hall.token(aud=["rollcall", "other"]),
        "no sub": hall.token(sub=...), "no jti": hall.token(jti=...), "short jti": hall.token(jti="1234567"),
        "long jti": hall.token(jti="1" * 101), "no exp": hall.token(exp=...), "no iat": hall.token(iat=...),
        "lives too long": hall.token(exp=hall.now_s + 601), "text exp": claiming(hall.claims(exp="never")),
        "float exp": claiming(hall.claims(exp=hall.now_s + 60.5)), "huge exp": claiming(hall.claims(exp=10**4000)),
        "future": hall.token(iat=hall.now_s + 61, exp=hall.now_s + 100), "control": claiming(hall.claims(sub="a\x00")),
    }  # fmt: skip


async def test_every_malformed_token_is_refused_alike(hall: Hall, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    vectors = malformed(hall)
    assert len(vectors) >= 60
    for name, token in vectors.items():
        with pytest.raises(TokenInvalid) as refused:
            await hall.verify(token)
        assert (refused.value.code, str(refused.value)) == (
            "token_invalid",
            "The launch token is not valid.",
        ), name
    with pytest.raises(TokenExpired):
        await hall.verify(hall.token(iat=hall.now_s - 700, exp=hall.now_s - 100))
    secrets = [hall.token().split(".")[1][:20], hall.api.mine.embed_secret, USER, "once-upon"]
    assert not [secret for secret in secrets if secret in caplog.text]


async def test_a_token_for_one_media_opens_no_other(hall: Hall) -> None:
    other = (await hall.api.mine.api.post("/media", json={"title": "N", "kind": "live"})).json()["code"]
    token = hall.token()
    hall.media = other
    with pytest.raises(TokenInvalid):
        await hall.verify(token)


async def test_verifying_takes_part_in_nothing_else(hall: Hall) -> None:
    tokens = [hall.token(jti=f"number-{n}") for n in range(20)]
    assert await asyncio.gather(*map(hall.verify, tokens)) == [USER] * 20
