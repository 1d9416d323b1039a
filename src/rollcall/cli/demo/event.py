"""The event of the demo, made through the public API: a live media, three doctors, three sessions, checks, chat."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rollcall.base.clock import Clock
from rollcall.base.settings import Settings
from rollcall.cli.api_client import Api
from rollcall.cli.command_link import perform
from rollcall.cli.demo.site.doctors import DOCTORS
from rollcall.wire.commands import CreateProject, NewProject
from rollcall.wire.moments import to_datetime

FILE = "demo.json"
TITLE = "Артериальная гипертензия: новые рекомендации"
FIRST_AFTER_MS, SESSION_MS, BREAK_MS = 20_000, 240_000, 60_000
SESSIONS = ("Диагностика", "Выбор терапии", "Разбор случаев")
CHECK_PLAN = {"every_s": [40, 60], "lifetime_s": 30, "sound": True}
WELCOME = "Добро пожаловать! Вопросы пишите сюда. Присутствие подтверждайте кнопкой поверх картинки."


@dataclass(frozen=True, slots=True)
class Tenant:
    """The project of the demo, kept in its data directory between starts. `api_key` is a secret."""

    code: str
    api_key: str
    origins: list[str]


@dataclass(frozen=True, slots=True)
class Event:
    """What the demo needs to know of its event."""

    media: str
    publish_url: str


def keep_tenant(settings: Settings, origins: list[str]) -> Tenant:
    """Return the project of this data directory, made at the first start or for other origins."""
    file = Path(settings.data) / FILE
    if file.exists():
        kept = Tenant(**json.loads(file.read_text("utf-8")))
        if kept.origins == origins:
            return kept
    made = perform(settings, CreateProject("Demo", origins), NewProject)
    tenant = Tenant(made.code, made.api_key, origins)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(asdict(tenant), out)
    return tenant


async def make_event(api: Api) -> Event:
    """Make a fresh event that has just begun."""
    now = Clock().now_ms()
    media = await api.call("POST", "/media", {"title": TITLE, "kind": "live", "starts_at": _time(now)})
    code = media["code"]
    participants = await api.call("POST", "/lists", {"title": "Слушатели", "media": [code]})
    for user_id, name, speciality in DOCTORS.values():
        row = {"name": name, "fields": {"speciality": speciality}}
        await api.call("PUT", f"/lists/{participants['code']}/participants/{user_id}", row)
    for number, title in enumerate(SESSIONS):
        await api.call("POST", f"/media/{code}/sessions", _session(title, now + FIRST_AFTER_MS, number))
    await api.call("PUT", f"/media/{code}/check-plan", CHECK_PLAN)
    await api.call("POST", f"/media/{code}/chat", {"text": WELCOME, "name": "Академия «Пульс»"})
    return Event(code, f"{media['ingest']['rtmp_url']}/{media['ingest']['stream_key']}")


def _session(title: str, first_ms: int, number: int) -> dict[str, Any]:
    starts_ms = first_ms + number * (SESSION_MS + BREAK_MS)
    return {"title": title, "starts_at": _time(starts_ms), "ends_at": _time(starts_ms + SESSION_MS)}


def _time(at_ms: int) -> str:
    return to_datetime(at_ms).isoformat()
