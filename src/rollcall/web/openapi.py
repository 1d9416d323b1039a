"""The description of API v1 (OpenAPI 3.1), made of what the handlers declare.

Shapes come from msgspec, which also validates with them, so what is described is what is accepted. A handler that reads
its body by itself names the shape as `opt={"body": …}`, and media types that are no JSON as `kinds`.
"""

from collections.abc import Iterator
from inspect import getdoc
from types import NoneType
from typing import Any, cast

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.routes import HTTPRoute
from litestar.typing import FieldDefinition

from rollcall.domain.webhooks.kinds import Kind, Ping
from rollcall.web.errors import PROBLEM_JSON
from rollcall.web.query import query_fields, query_name
from rollcall.wire.notices import SHAPES, Notice

PREFIX = "/api/v1/"
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


SIGNED_HEADERS = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": text}
    for name, text in (
        ("webhook-id", "The notice's id, the same at each attempt."),
        ("webhook-timestamp", "Unix seconds of the attempt; refuse what is more than 5 minutes away."),
        (
            "webhook-signature",
            "`v1,` and the Base64 HMAC-SHA256 of `id.timestamp.body`; several with spaces.",
        ),
    )
]


def describe(app: Litestar) -> dict[str, Any]:
    """Return the description of every handler: exact shapes, scope, refusals, idempotency."""
    served = list(_served(app))
    types = {type_ for _, _, handler in served for type_ in _shapes(handler)}
    notices = {kind: Notice[shape] for kind, shape in SHAPES.items()}  # type: ignore[valid-type]
    # All at once: shapes of different modules may have one name, and then need longer ones.
    ordered = sorted({*types, *notices.values()}, key=repr)
    schemas, components = msgspec.json.schema_components(ordered, ref_template=f"{REFERENCE}{{name}}")
    exact = dict(zip(ordered, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for path, method, handler in served:
        paths.setdefault(path, {})[method.lower()] = _operation(path, method, handler, exact)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Rollcall API", "version": "1"},
        "paths": paths,
        "webhooks": {kind: _told(kind, exact[shape]) for kind, shape in notices.items()},
        "components": {
            "schemas": components | {"Problem": PROBLEM_SCHEMA},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }
    return cast("dict[str, Any]", _with_plain_pairs(document))


def _with_plain_pairs(value: Any) -> Any:
    """Describe an array whose places are all alike as an array of a fixed length: few tools know `prefixItems`."""
    if isinstance(value, list):
        return [_with_plain_pairs(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {name: _with_plain_pairs(each) for name, each in value.items()}
    places = found.get("prefixItems")
    if isinstance(places, list) and all(place == places[0] for place in places):
        del found["prefixItems"]
        found["items"] = places[0]
    return found


def _told(kind: Kind | Ping, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe the request that a webhook of the format v1 gets."""
    return {
        "post": {
            "summary": kind,
            "description": getdoc(SHAPES[kind]),
            "parameters": SIGNED_HEADERS,
            "requestBody": {"required": True, "content": {JSON: {"schema": schema}}},
            "responses": {"2XX": {"description": "Taken; any other answer is an attempt that failed"}},
        }
    }


def _served(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path_format.startswith(PREFIX):
            for method, (handler, _) in route.route_handler_map.items():
                if "scope" in handler.opt and handler.resolve_include_in_schema():
                    yield route.path_format, method, handler


def _bodies(handler: HTTPRouteHandler) -> list[Any]:
    """Return the type of the body, if there is one."""
    field = handler.parsed_data_field
    return [handler.opt["body"]] if "body" in handler.opt else [field.annotation] if field is not None else []


def _answers(handler: HTTPRouteHandler) -> dict[int, list[Any]]:
    """Return the shapes of each successful status; none where the answer is bytes or nothing."""
    answer = handler.parsed_fn_signature.return_type
    if answer.is_subclass_of(Response) and answer.inner_types:
        answer = answer.inner_types[0]
    found = {handler.status_code: [answer.annotation] if answer.is_subclass_of(msgspec.Struct) else []}
    specified = handler.responses or {}
    return found | {
        status: [spec.data_container] for status, spec in specified.items() if spec.data_container
    }


def _shapes(handler: HTTPRouteHandler) -> list[Any]:
    return [*_bodies(handler), *(shape for shapes in _answers(handler).values() for shape in shapes)]


def _operation(
    path: str, method: str, handler: HTTPRouteHandler, exact: dict[Any, dict[str, Any]]
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": handler.summary,
        "description": getdoc(handler.fn),
        "operationId": handler.handler_name,
        "tags": [path.removeprefix(PREFIX).partition("/")[0]],
        "security": [{"key": []}],
        "x-scope": handler.opt["scope"],
        "parameters": [*_path_parameters(path), *map(_query_parameter, query_fields(handler))],
        "responses": _responses(handler, exact),
    }
    if method == "POST" and handler.opt.get("idempotency") is not False:
        described["parameters"].append(KEY_PARAMETER)
    shapes = [(JSON, exact[body]) for body in _bodies(handler)]
    shapes += [(kind, {"type": "string"}) for kind in handler.opt.get("kinds", ())]
    if shapes:
        content = {kind: {"schema": schema} for kind, schema in shapes}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _responses(handler: HTTPRouteHandler, exact: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    refusal = {PROBLEM_JSON: {"schema": {"$ref": f"{REFERENCE}Problem"}}}
    responses: dict[str, Any] = {}
    for status, shapes in _answers(handler).items():
        spec = (handler.responses or {}).get(status)
        responses[str(status)] = {"description": spec.description if spec is not None else "Done"}
        for shape in shapes:
            responses[str(status)]["content"] = {JSON: {"schema": exact[shape]}}
    refused = {status: {"description": text, "content": refusal} for status, text in PROBLEMS.items()}
    return responses | refused


def _path_parameters(path: str) -> Iterator[dict[str, Any]]:
    for part in path.split("/"):
        if part.startswith("{"):
            yield {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameter(field: FieldDefinition) -> dict[str, Any]:
    limits = field.kwarg_definition if isinstance(field.kwarg_definition, ParameterKwarg) else None
    inner = [one for one in field.inner_types if one.annotation is not NoneType]
    schema = msgspec.json.schema(inner[0].annotation if field.is_optional else field.annotation)
    shown: dict[str, Any] = {"name": query_name(field), "in": "query", "required": field.is_required}
    if limits is not None:
        found = {
            "minimum": limits.ge,
            "maximum": limits.le,
            "minLength": limits.min_length,
            "maxLength": limits.max_length,
        }
        schema |= {name: limit for name, limit in found.items() if limit is not None}
        shown |= {"description": limits.description or ""}
    if field.has_default and field.default is not None:
        schema["default"] = field.default
    return shown | {"schema": schema}


@get("/api/v1/openapi.json", sync_to_thread=False)
def read_description(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Return the description of API v1."""
    return Response(msgspec.json.encode(describe(request.app)), media_type=JSON)


handlers = [read_description]
