"""The site's own server: `ROLLCALL_URL=… ROLLCALL_KEY=… ROLLCALL_MEDIA=… python -m rollcall.cli.demo.site 8081`."""

import asyncio
import html
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from rollcall.cli.demo.site.api import Refused, Rollcall
from rollcall.cli.demo.site.doctors import DOCTORS

PAGES = Path(__file__).parent / "pages"
ROLLCALL = web.AppKey("rollcall", Rollcall)
PLAYER_URL = os.environ["ROLLCALL_URL"]
SPEAKER = "Академия «Пульс»"


async def index(_request: web.Request) -> web.Response:
    """Let the visitor choose whom to be."""
    links = "".join(
        f'<a class="card" href="/doctor/{login}"><b>{name}</b><span>{speciality}</span></a>'
        for login, (_, name, speciality) in DOCTORS.items()
    )
    return _page("index.html", doctors=links)


async def doctor(request: web.Request) -> web.Response:
    """Show the lesson with the player to one doctor, who is signed in to this site by following the link."""
    user_id, name, speciality = DOCTORS[request.match_info["login"]]
    url = await request.app[ROLLCALL].launch(user_id, name) + "&lang=ru"
    title = (await request.app[ROLLCALL].media())["title"]
    return _page(
        "doctor.html", name=_text(name), speciality=_text(speciality), title=_text(title), url=_text(url)
    )


async def organiser(request: web.Request) -> web.Response:
    """Show the organiser's page; it asks this server, and this server asks Rollcall."""
    return _page("organiser.html", title=_text((await request.app[ROLLCALL].media())["title"]))


async def state(request: web.Request) -> web.Response:
    """Return what the organiser's page shows, for its next two seconds."""
    rollcall = request.app[ROLLCALL]
    media, plan, chat, statistics = await asyncio.gather(
        rollcall.media(), rollcall.check_plan(), rollcall.last_messages(), rollcall.statistics()
    )
    return web.json_response({"media": media, "plan": plan, "chat": chat, "statistics": statistics})


async def command(request: web.Request) -> web.Response:
    """Do what a button of the organiser's page says."""
    rollcall, given = request.app[ROLLCALL], await _json(request)
    match request.match_info["name"]:
        case "start":
            done = await rollcall.start_session(given["title"], given.get("ends_at"))
        case "stop":
            done = await rollcall.stop_session(given["session_id"])
        case "ask":
            done = await rollcall.ask_now(given["lifetime_s"])
        case "say":
            done = await rollcall.say(given["text"], SPEAKER)
        case "remove":
            done = await rollcall.remove_message(int(given["message_id"]))
        case _:
            raise web.HTTPNotFound
    return web.json_response(done)


async def report(request: web.Request) -> web.Response:
    """Hand the statistics on as a file."""
    kind = request.match_info["kind"]
    body, content_type = await request.app[ROLLCALL].report(kind)
    disposition = {"Content-Disposition": f'attachment; filename="statistics.{kind}"'}
    return web.Response(body=body, content_type=content_type, headers=disposition)


@web.middleware
async def tell_refusals(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Pass on what Rollcall refused, as a page or as JSON, whichever was asked for."""
    try:
        return await handler(request)
    except Refused as refused:
        status, sentence = refused.status, refused.sentence
    except aiohttp.ClientError:
        status, sentence = 502, "Rollcall is not reachable."
    if request.path.startswith("/organiser/"):
        return web.json_response({"detail": sentence}, status=status)
    return _page("refused.html", status, sentence=_text(sentence))


async def protect(_request: web.Request, answer: web.StreamResponse) -> None:
    """Let nobody frame these pages or run foreign scripts in them; the player is the one frame."""
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'self'; img-src 'self' data:; frame-src {PLAYER_URL}; frame-ancestors 'none'"
    )
    answer.headers["Cache-Control"] = "no-store"


async def _json(request: web.Request) -> Any:
    """Return the body; only a page of this origin can send this type without asking first."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        return await request.json()
    except json.JSONDecodeError as error:
        raise web.HTTPBadRequest from error


def _page(file: str, status: int = 200, /, **values: str) -> web.Response:
    text = Template((PAGES / file).read_text("utf-8")).substitute(values, player_origin=_origin(PLAYER_URL))
    return web.Response(text=text, content_type="text/html", status=status)


def _text(value: str) -> str:
    return html.escape(value, quote=True)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def _client(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as http:
        key, media = os.environ["ROLLCALL_KEY"], os.environ["ROLLCALL_MEDIA"]
        app[ROLLCALL] = Rollcall(http, PLAYER_URL, key, media)
        yield


def build() -> web.Application:
    """Return the whole site."""
    app = web.Application(middlewares=[tell_refusals])
    app.cleanup_ctx.append(_client)
    app.on_response_prepare.append(protect)
    logins = "|".join(DOCTORS)
    app.add_routes(
        [
            web.get("/", index),
            web.get(f"/doctor/{{login:{logins}}}", doctor),
            web.get("/organiser", organiser),
            web.get("/organiser/state", state),
            web.post("/organiser/{name:start|stop|ask|say|remove}", command),
            web.get("/organiser/statistics.{kind:json|xml|csv|xlsx|pdf}", report),
            web.static("/static", PAGES),
        ]
    )
    return app


if __name__ == "__main__":
    web.run_app(build(), host="127.0.0.1", port=int(sys.argv[1]), print=None, handler_cancellation=True)
