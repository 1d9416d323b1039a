"""The whole HTTP application over a real database, and callers of two projects."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest

from rollcall.actions.keys import create_key
from rollcall.actions.making import ExportMaker
from rollcall.actions.materials import Materials
from rollcall.actions.projects import create_project
from rollcall.actions.recordings import Recordings
from rollcall.actions.reports import Reports
from rollcall.base.cabinet import Cabinet
from rollcall.base.clock import Clock
from rollcall.base.secrets import Secrets
from rollcall.base.settings import Settings
from rollcall.domain.ids import ProjectNo
from rollcall.live.chat_feed import ChatFeed
from rollcall.live.hub import Hub
from rollcall.media.shelf import Shelf
from rollcall.store.database import Database
from rollcall.web.app import build_api
from rollcall.web.deps import Deps
from rollcall.web.files import build_files
from tests.noted import Noted


@dataclass(frozen=True)
class Tenant:
    """One project: a client with a key of all scopes, and where more keys come from."""

    no: ProjectNo
    code: str
    embed_secret: str
    api: httpx.AsyncClient
    with_scopes: Callable[..., httpx.AsyncClient]


@dataclass(frozen=True)
class Api:
    """An application with two tenants that know nothing of each other."""

    app: Any
    deps: Deps
    media: Noted
    mine: Tenant
    theirs: Tenant
    anonymous: httpx.AsyncClient


@asynccontextmanager
async def serving(
    db: Database, settings: Settings | None = None, clock: Clock | None = None
) -> AsyncIterator[Api]:
    async with AsyncExitStack() as stack:
        clock, hub, media = clock or Clock(), Hub(), Noted()
        secrets = Secrets(ticks="00" * 32, paths="11" * 32, prompts="22" * 32)
        reports = Reports(clock)
        maker = ExportMaker(db, clock, "main", reports)
        recordings = Recordings(db, clock, Shelf(Path(stack.enter_context(TemporaryDirectory()))), "main")
        settings = settings or Settings()
        folder = Path(stack.enter_context(TemporaryDirectory()))
        materials = Materials(db, Cabinet(folder), settings.material_limit_bytes)
        deps = Deps(
            db, clock, hub, settings, secrets, media, ChatFeed(hub), reports, maker, recordings, materials
        )
        app: Any = build_api(deps, build_files(deps))
        stack.push_async_callback(maker.close)

        def client(key: str | None) -> httpx.AsyncClient:
            headers = {} if key is None else {"Authorization": f"Bearer {key}"}
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            made = httpx.AsyncClient(
                transport=transport, base_url="http://rollcall.test/api/v1", headers=headers
            )
            stack.push_async_callback(made.aclose)
            return made

        async def tenant(title: str) -> Tenant:
            made = await db.write(lambda conn: create_project(conn, title, [], clock.now_ms()))

            def with_scopes(*scopes: str) -> httpx.AsyncClient:
                return client(
                    db.write_now(lambda conn: create_key(conn, made.project.no, scopes, None, "test", 0))
                )

            return Tenant(
                made.project.no, made.project.code, made.embed_secret, client(made.api_key), with_scopes
            )

        yield Api(app, deps, media, await tenant("Mine"), await tenant("Theirs"), client(None))


@pytest.fixture
async def api(sqlite_database: Database) -> AsyncIterator[Api]:
    async with serving(sqlite_database) as served:
        yield served


@pytest.fixture
async def api_on_both(database: Database) -> AsyncIterator[Api]:
    async with serving(database) as served:
        yield served


def problem(response: httpx.Response, status: int, code: str, paths: Sequence[str] | None = None) -> Any:
    """Check that an answer is exactly such a refusal, and return it."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    body = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code), body
    assert body["type"] == f"urn:rollcall:problem:{code}"
    assert body["title"]
    assert body["detail"]
    if paths is not None:
        assert [fault["path"] for fault in body["errors"]] == list(paths), body
    return body
