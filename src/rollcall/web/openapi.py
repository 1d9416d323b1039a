"""The description of API v1 (OpenAPI 3.1) and its browsable page, both made of what the handlers declare.

The page loads only files of this server and holds no inline script: `/assets/docs/` carries swagger-ui.
"""

from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.openapi.config import OpenAPIConfig

from rollcall.domain.scopes import SCOPES

CONFIG_PATH = "/api/v1/schema"
PROBLEMS = {
    "400": "Malformed input",
    "401": "No valid key",
    "403": "Missing scope, or not allowed",
    "404": "No such object in this project",
    "409": "In conflict with the present state",
    "413": "Body too large",
    "415": "Wrong type of body",
    "429": "Too many requests",
}
PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable: programs compare it."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "message"],
                "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": "The same key, path and body within 24 h returns the first answer.",
}
PAGE = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rollcall API v1</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/docs/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<noscript><a href="/api/v1/openapi.json">openapi.json</a></noscript>
<script src="/assets/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/init.js"></script>
</body>
</html>
"""
INIT = b"""SwaggerUIBundle({url: "/api/v1/openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null});
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def config() -> OpenAPIConfig:
    """Return what the framework needs to describe the handlers."""
    return OpenAPIConfig(
        title="Rollcall API",
        version="1",
        path=CONFIG_PATH,
        use_handler_docstrings=True,
        operation_id_creator=lambda handler, _method, _path: handler.handler_name,
    )


def describe(app: Litestar) -> dict[str, Any]:
    """Return the description of every handler with its scope, refusals and idempotency."""
    document = app.openapi_schema.to_schema()
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    scopes = _scopes(app)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            _complete(operation, method, scopes[method.upper(), path])
    document["paths"] = {
        path: item for path, item in document["paths"].items() if path.startswith("/api/v1/")
    }
    return document


def _scopes(app: Litestar) -> dict[tuple[str, str], str | None]:
    return {
        (method, route.path_format): handler.opt.get("scope")
        for route in app.routes
        if hasattr(route, "route_handler_map")
        for method, (handler, _) in route.route_handler_map.items()
    }


def _complete(operation: dict[str, Any], method: str, scope: str | None) -> None:
    responses = {status: answer for status, answer in operation["responses"].items() if status < "400"}
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refusals = {status: {"description": text, "content": content} for status, text in PROBLEMS.items()}
    operation["responses"] = responses | refusals
    if scope in SCOPES:
        operation["security"] = [{"key": []}]
        operation["x-scope"] = scope
    if method == "post":
        operation.setdefault("parameters", []).append(KEY_PARAMETER)


@get("/api/v1/openapi.json", include_in_schema=False, sync_to_thread=False)
def read_description(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the description of API v1."""
    return Response(msgspec.json.encode(describe(request.app)), media_type="application/json")


@get("/api/docs", include_in_schema=False, sync_to_thread=False)
def read_page() -> Response[bytes]:
    """Return the browsable description."""
    return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": POLICY})


@get("/api/docs/init.js", include_in_schema=False, sync_to_thread=False)
def read_init() -> Response[bytes]:
    """Return the few lines that start the browsable description."""
    return Response(INIT, media_type="text/javascript")


handlers = [read_description, read_page, read_init]
