"""Query strings are closed too: a parameter that a handler does not declare, or that comes twice, is refused.

So are control characters in paths and parameters: no code, number or User ID has any, and no database wants them.
"""

import re
from collections import Counter
from functools import cache
from urllib.parse import parse_qsl

from litestar.handlers import HTTPRouteHandler
from litestar.params import ParameterKwarg
from litestar.types import ASGIApp, Receive, Scope, Send
from litestar.typing import FieldDefinition

from rollcall.domain.errors import Malformed, Problem

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
GIVEN = frozenset({"data", "request", "deps", "caller"})


def closed_query(app: ASGIApp) -> ASGIApp:
    """Wrap a handler: only its declared query parameters get through, each once and in UTF-8."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if CONTROL.search(scope["path"]):
            raise Malformed(Problem("path", "The path contains control characters."))
        if scope["query_string"]:
            _check(scope["query_string"], _declared(scope["route_handler"]))
        await app(scope, receive, send)

    return run


def _check(query: bytes, declared: frozenset[str]) -> None:
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise Malformed(Problem("query", "The query string is not URL-encoded UTF-8.")) from error
    times = Counter(name for name, _ in pairs)
    for name, value in pairs:
        if name not in declared:
            known = ", ".join(sorted(declared)) or "none"
            raise Malformed(Problem(name[:100], f"There is no such parameter; known: {known}."))
        if times[name] > 1:
            raise Malformed(Problem(name, "Give this parameter once."))
        if CONTROL.search(value):
            raise Malformed(Problem(name, "Control characters are not allowed."))


@cache
def _declared(handler: HTTPRouteHandler) -> frozenset[str]:
    return frozenset(query_name(field) for field in query_fields(handler))


def query_fields(handler: HTTPRouteHandler) -> list[FieldDefinition]:
    """Return those parameters of a handler that are filled from the query string."""
    paths = "/".join(handler.paths)
    return [
        field
        for name, field in handler.parsed_fn_signature.parameters.items()
        if name not in GIVEN and f"{{{name}:" not in paths and not _is_elsewhere(field)
    ]


def query_name(field: FieldDefinition) -> str:
    """Return what a parameter is called in the query string."""
    definition = field.kwarg_definition
    return (definition.name if isinstance(definition, ParameterKwarg) else None) or field.name


def _is_elsewhere(field: FieldDefinition) -> bool:
    definition = field.kwarg_definition
    return isinstance(definition, ParameterKwarg) and bool(definition.header or definition.cookie)
