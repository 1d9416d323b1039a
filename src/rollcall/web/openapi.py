"""The description of API v1 (OpenAPI 3.1), made of what the handlers declare.

Paths and parameters come from the framework, shapes from msgspec, which validates with them. A handler that reads its
body by itself names the shape as `opt={"body": …}`, and other media types as `kinds`.
"""

from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.routes import HTTPRoute

from rollcall.web.errors import PROBLEM_JSON

CONFIG_PATH = "/api/v1/schema"
REFERENCE = "#/components/schemas/"
JSON = "application/json"
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
    """Return the description of every handler: exact shapes, scope, refusals, idempotency."""
    document = app.openapi_schema.to_schema()
    paths = {path: item for path, item in document["paths"].items() if path.startswith("/api/v1/")}
    handlers = {
        (method, path): _handler(app, method, path) for path, item in paths.items() for method in item
    }
    shapes = {type_ for handler in handlers.values() for type_ in _shapes(handler) if type_ is not None}
    ordered = sorted(shapes, key=repr)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=f"{REFERENCE}{{name}}")
    exact = dict(zip(ordered, schemas, strict=True))
    for (method, path), handler in handlers.items():
        _complete(paths[path][method], method, handler, exact)
    document["paths"] = paths
    document["components"] = {
        "schemas": components | {"Problem": PROBLEM_SCHEMA},
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
    }
    return document


def _handler(app: Litestar, method: str, path: str) -> HTTPRouteHandler:
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path_format == path:
            for name, (handler, _) in route.route_handler_map.items():
                if name == method.upper():
                    return handler
    raise LookupError(f"{method} {path}")


def _shapes(handler: HTTPRouteHandler) -> tuple[Any, Any]:
    """Return the types of body and answer; None where there is no JSON shape."""
    body = handler.parsed_data_field
    answer = handler.parsed_fn_signature.return_type
    inner = answer.inner_types[0] if answer.is_subclass_of(Response) and answer.inner_types else answer
    is_shape = inner.is_subclass_of(msgspec.Struct)
    return (
        handler.opt.get("body", body.annotation if body is not None else None),
        inner.annotation if is_shape else None,
    )


def _complete(
    operation: dict[str, Any], method: str, handler: HTTPRouteHandler, exact: dict[Any, dict[str, Any]]
) -> None:
    body, answer = _shapes(handler)
    responses = {status: shown for status, shown in operation["responses"].items() if status < "400"}
    if answer is not None:
        for shown in responses.values():
            shown["content"] = {JSON: {"schema": exact[answer]}}
    content = {PROBLEM_JSON: {"schema": {"$ref": f"{REFERENCE}Problem"}}}
    refusals = {status: {"description": text, "content": content} for status, text in PROBLEMS.items()}
    operation["responses"] = responses | refusals
    operation["security"] = [{"key": []}]
    operation["x-scope"] = handler.opt["scope"]
    if body is not None:
        others = {kind: {"schema": {"type": "string"}} for kind in handler.opt.get("kinds", ())}
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": exact[body]}} | others}
    if method == "post" and handler.opt.get("idempotency") is not False:
        operation.setdefault("parameters", []).append(KEY_PARAMETER)


@get("/api/v1/openapi.json", include_in_schema=False, sync_to_thread=False)
def read_description(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the description of API v1."""
    return Response(msgspec.json.encode(describe(request.app)), media_type="application/json")


handlers = [read_description]
