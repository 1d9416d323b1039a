"""Puts the HTTP API together: the handlers of every noun behind authorisation, closed queries and idempotency.

The order around a handler: measure → who calls → which parameters → answered before? → strict body → handler.
It knows no noun: modules of `web/api` are collected by their `handlers`.
"""

import asyncio
import importlib
import pkgutil
from collections.abc import Sequence
from typing import Any

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp, ControllerRouterHandler, Message, Receive, Scope, Send

from rollcall.base import metrics
from rollcall.domain.scopes import SCOPES
from rollcall.web import api, docs, health, openapi, schemas
from rollcall.web.auth import authorise
from rollcall.web.bodies import StrictRequest
from rollcall.web.boomstream import handlers as boomstream
from rollcall.web.boomstream.pages import build_handlers
from rollcall.web.deps import Deps
from rollcall.web.errors import HANDLERS
from rollcall.web.idempotency import Turns, answer_once
from rollcall.web.paths import keep_slashes
from rollcall.web.query import closed_query
from rollcall.web.streams import NobodyThere, answer_nobody


def build_api(deps: Deps, pages: Sequence[ControllerRouterHandler] = ()) -> ASGIApp:
    """Return the ASGI application of `/api`, `/health`, `/metrics` and whatever `pages` are served beside them."""
    return measured(keep_slashes(_build(deps, pages)))


def _build(deps: Deps, pages: Sequence[ControllerRouterHandler]) -> Litestar:
    turns = Turns()
    router = Router(
        "/api/v1",
        route_handlers=_collected(),
        middleware=[
            lambda app: authorise(deps, app),
            closed_query,
            lambda app: answer_once(deps, turns, app),
        ],
        dependencies={
            "deps": Provide(lambda: deps, sync_to_thread=False),
            "caller": Provide(_caller, sync_to_thread=False),
        },
    )
    return Litestar(
        [
            router,
            *health.handlers,
            *openapi.handlers,
            *docs.handlers,
            *schemas.handlers,
            *boomstream.handlers,
            *build_handlers(),
            *pages,
        ],
        dependencies={"deps": Provide(lambda: deps, sync_to_thread=False)},
        request_class=StrictRequest,
        request_max_body_size=deps.settings.body_limit_bytes,
        exception_handlers={**HANDLERS, NobodyThere: answer_nobody},
        openapi_config=None,
        logging_config=None,
        debug=False,
    )


def _collected() -> list[HTTPRouteHandler]:
    handlers: list[HTTPRouteHandler] = []
    for module in sorted(found.name for found in pkgutil.iter_modules(api.__path__)):
        handlers += getattr(importlib.import_module(f"{api.__name__}.{module}"), "handlers", [])
    for handler in handlers:
        if handler.opt.get("scope") not in SCOPES:
            raise ValueError(f"Handler '{handler}' declares no scope.")
    return handlers


def _caller(request: StrictRequest) -> Any:
    return request.scope["user"]


def measured(app: ASGIApp) -> ASGIApp:
    """Wrap an application: each answered request counts under the template of its path."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        clock_s = asyncio.get_running_loop().time
        started_s, status = clock_s(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, noted)
        finally:
            route = str(scope.get("path_template") or "none")
            metrics.request_answered(scope["method"], route, status, clock_s() - started_s)

    return run
