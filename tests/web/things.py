"""One of everything that a project can have, and how the address of each operation names it."""

import json
import re
from dataclasses import dataclass
from typing import Any

import httpx

USER = "Врач/7 %"
CONTROL = ("a\u0000b", "a\u001bb", "a\nb", "ab\n", "\u007f", "\u0085")
FUTURE = "2150-01-01T10:00:00+03:00"
NOWHERE = "https://nowhere.invalid/hook"  # a name that never leads anywhere
WINDOW = {"from": "2026-01-01T10:00:00+03:00", "to": "2026-01-01T10:05:00+03:00"}
JWK = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
QUESTION = {"kind": "text", "text": "Опишите тактику"}
# Valid bodies where the description alone does not say what goes together.
BODIES: dict[tuple[str, str], Any] = {
    ("post", "/api/v1/project/embed-keys"): {"alg": "EdDSA", "public_key": JWK},
    ("patch", "/api/v1/project"): {"title": "Проект"},
    ("post", "/api/v1/lists/{code}/participants/batch"): [{"user_id": "u1"}],
    ("post", "/api/v1/media/{code}/sessions"): {"title": "S", "starts_at": FUTURE},
    ("patch", "/api/v1/media/{code}/sessions/{session_id}"): {"title": "T"},
    ("post", "/api/v1/media/{code}/checks"): {"lifetime_s": 60},
    ("post", "/api/v1/events/{code}/incidents"): {**WINDOW, "reason": "Обрыв"},
    ("post", "/api/v1/media/{code}/participants/{user_id}/reviews"): {
        **WINDOW,
        "counts": True,
        "reason": "Звонил",
    },
    ("post", "/api/v1/webhooks"): {"url": "https://example.org/hook"},
    ("patch", "/api/v1/webhooks/{webhook}"): {"title": "Сайт"},
    ("post", "/api/v1/media/{code}/quizzes/{quiz}/import"): {"questions": [QUESTION]},
    ("post", "/api/v1/media/{code}/polls"): {"question": "Слышно?", "choices": ["да", "нет"]},
    ("post", "/api/v1/media/{code}/materials"): {"title": "Слайды", "url": "https://example.org/"},
    ("put", "/api/v1/media/{code}/check-plan"): {"every_min": [30, 45], "lifetime_s": 60},
}


@dataclass(frozen=True)
class Things:
    """Codes of what one project has, by the path segment that stands before them."""

    by_segment: dict[str, str]

    def fill(self, template: str) -> str:
        """Return the address of an operation on these things."""
        parts = template.removeprefix("/api/v1").split("/")
        for index, part in enumerate(parts):
            if part.startswith("{"):
                of_recording = parts[index - 1] == "media" and "recording" in parts
                parts[index] = self.by_segment["media of recording" if of_recording else parts[index - 1]]
        return "/".join(parts)


async def make_things(api: httpx.AsyncClient) -> Things:
    """Make one of everything in the project of this client's key."""
    media = (await api.post("/media", json={"title": "Зал", "kind": "live"})).json()
    code = media["code"]
    of_list = (await api.post("/lists", json={"title": "Врачи", "media": [code]})).json()["code"]
    user = "%D0%92%D1%80%D0%B0%D1%87%2F7%20%25"
    put = await api.put(f"/lists/{of_list}/participants/{user}", json={"name": "Иван"})
    assert put.json()["user_id"] == USER
    project = (await api.get("/project")).json()
    session = await api.post(f"/media/{code}/sessions", json={"title": "Первая"})
    check = await api.post(f"/media/{code}/checks", json={"lifetime_s": 60, "at": FUTURE})
    said = await api.post(f"/media/{code}/chat", json={"text": "Начинаем"})
    plan = await api.put(f"/media/{code}/check-plan", json={"every_min": [30, 45], "lifetime_s": 60})
    incident = await api.post(f"/events/{media['event']}/incidents", json={**WINDOW, "reason": "Обрыв связи"})
    quiz = await api.post(f"/media/{code}/quizzes", json={"title": "Зачёт", "questions": [QUESTION]})
    poll = await api.post(f"/media/{code}/polls", json={"question": "Слышно?", "choices": ["да", "нет"]})
    link = {"title": "Рекомендации", "url": "https://academy.example/guide"}
    material = await api.post(f"/media/{code}/materials", json=link)
    speaker = {"name": "Анна Иванова", "role": "кардиолог"}
    session_speaker = await api.put(f"/media/{code}/sessions/{session.json()['id']}/speaker", json=speaker)
    media_speaker = await api.put(f"/media/{code}/speaker", json=speaker)
    webhook = await api.post("/webhooks", json={"url": NOWHERE})
    assert webhook.status_code == 201, webhook.text
    ping = await api.post(f"/webhooks/{webhook.json()['id']}/ping")
    export = await _export(api, code)
    record = (await api.post("/media", json={"title": "Запись", "kind": "recording"})).json()["code"]
    upload = await api.post(f"/media/{record}/recording", json={"size": 5, "name": "a.mp4"})
    pinned = await api.put(f"/media/{code}/announcement", json={"text": "Продолжим в 12:30"})
    first = (upload, pinned, session, check, said, plan, incident, quiz, poll, webhook, ping, export)
    made = (*first, material, session_speaker, media_speaker)
    assert [r.status_code // 100 for r in made] == [2] * 15, [r.text for r in made]
    return Things(
        {
            "media": code,
            "events": media["event"],
            "lists": of_list,
            "participants": user,
            "bans": user,
            "embed-keys": project["embed_keys"][0]["kid"],
            "sessions": session.json()["id"],
            "checks": check.json()["id"],
            "incidents": incident.json()["id"],
            "webhooks": webhook.json()["id"],
            "deliveries": ping.json()["id"],
            "exports": export.json()["id"],
            "chat": str(said.json()["id"]),
            "quizzes": quiz.json()["id"],
            "polls": poll.json()["id"],
            "materials": material.json()["id"],
            "files": "slides.pdf",
            "recording": upload.json()["upload"],
            "media of recording": record,
            "answers": "1",  # only participants make them
            "flags": "1",  # flags raise themselves
        }
    )


async def _export(api: httpx.AsyncClient, media: str) -> httpx.Response:
    """Return the answer to an export that is ready by now."""
    while (begun := await api.post(f"/media/{media}/exports", json={"format": "json"})).status_code == 429:
        pass  # others are being made
    assert begun.status_code == 202, begun.text
    while (await api.get(f"/exports/{begun.json()['id']}")).json()["state"] == "running":
        pass
    return begun


@dataclass(frozen=True)
class Operation:
    """One operation of the description."""

    method: str
    template: str
    shown: dict[str, Any]
    components: dict[str, Any]

    def body_schema(self) -> dict[str, Any] | None:
        """Return the schema of the JSON body, if there is one."""
        content = self.shown.get("requestBody", {}).get("content", {}).get("application/json")
        return resolve(content["schema"], self.components) if content else None

    def body(self) -> Any:
        """Return a body that is well-formed for every project."""
        known = BODIES.get((self.method, self.template))
        schema = self.body_schema()
        return known if known is not None or schema is None else sample(schema, self.components)


async def operations(api: httpx.AsyncClient) -> list[Operation]:
    """Return every operation that the server describes."""
    document = (await api.get("/openapi.json")).json()
    return [
        Operation(method, template, shown, document["components"]["schemas"])
        for template, item in document["paths"].items()
        for method, shown in item.items()
    ]


def resolve(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    return schema


def variants(schema: dict[str, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the alternatives of a schema."""
    schema = resolve(schema, components)
    return [v for s in schema.get("anyOf", []) for v in variants(s, components)] or [schema]


def sample(schema: dict[str, Any], components: dict[str, Any]) -> Any:
    """Return a small value that fits the schema."""
    one = variants(schema, components)[0]
    if "enum" in one:
        return one["enum"][0]
    text = FUTURE if one.get("format") == "date-time" else "AAAAAAAA"[: one.get("maxLength", 8)]
    least = one.get("minimum", 1)
    simple = {"integer": least, "number": least, "boolean": True, "null": None, "string": text}
    if one["type"] == "object":
        return {name: sample(one["properties"][name], components) for name in one.get("required", [])}
    if one["type"] == "array":
        return [sample(one["items"], components)] * one.get("minItems", 0)
    return simple[one["type"]]


def wrong_values(schema: dict[str, Any], components: dict[str, Any]) -> list[Any]:
    """Return values that must be refused where this schema stands."""
    allowed = variants(schema, components)
    types = {one.get("type") or {str: "string"}.get(type(one["enum"][0]), "integer") for one in allowed}
    others = {
        "string": "60",
        "integer": 7,
        "number": 1.5,
        "boolean": True,
        "null": None,
        "array": [[[]]],
        "object": {"\u0000": {}},
    }
    if "number" in types:
        del others["integer"]
    wrong = [value for name, value in others.items() if name not in types]
    for one in allowed:
        wrong += _beyond(one)
    return wrong


def _beyond(one: dict[str, Any]) -> list[Any]:
    if "enum" in one:
        return ["no such choice"]
    match one.get("type"):
        case "integer" | "number":
            return [2**63, -(2**63), 10**400 if one["type"] == "integer" else 10**300]
        case "array":
            return [[None] * (one["maxItems"] + 1)] if "maxItems" in one else []
        case "string" if one.get("format") == "date-time":
            return [
                "2026-01-01T10:00:00",
                "2026-01-01",
                "вчера",
                "2026-13-01T10:00:00Z",
                "9999-12-31T23:59:59Z",
            ]
        case "string":
            too_long = ["Я" * (one["maxLength"] + 1)] if "maxLength" in one else ["Я" * 100_000]
            control = [text for text in CONTROL if not re.search(one.get("pattern", ""), text)]
            return [*too_long, *control, *([""] if one.get("minLength") else [])]
        case _:
            return []


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
