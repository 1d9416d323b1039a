"""The one place that knows HTTP status: refusals become RFC 9457 `application/problem+json`.

An exception that nobody expected is a 500 without details; its id in the answer finds it in the log.
"""

import logging
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandlersMap

from rollcall.base.secrets import new_code
from rollcall.domain import errors

log = logging.getLogger(__name__)
PROBLEM_JSON = "application/problem+json"
STATUS: dict[type[errors.RollcallError], int] = {
    errors.Malformed: 400,
    errors.Unauthorised: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.NotAcceptable: 406,
    errors.Conflict: 409,
    errors.TooLarge: 413,
    errors.WrongType: 415,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}
# What the framework itself refuses, in the words of our own tree.
FRAMEWORK: dict[int, tuple[str, str]] = {
    400: (errors.Malformed.code, errors.Malformed.title),
    404: (errors.NotFound.code, errors.NotFound.title),
    405: ("method_not_allowed", "No such method here"),
    413: (errors.TooLarge.code, errors.TooLarge.title),
    415: (errors.WrongType.code, errors.WrongType.title),
}


class FieldError(msgspec.Struct, frozen=True):
    """One fault of the input: where, and what, as a sentence."""

    path: str
    message: str


class ProblemDetails(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of every refusal (RFC 9457). `code` is stable; `errors` comes with malformed input."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] | None = None


def status_of(error: errors.RollcallError) -> int:
    """Return the HTTP status of a refusal; 500 for a class that has none."""
    return next((STATUS[cls] for cls in type(error).__mro__ if cls in STATUS), 500)


def problem(
    status: int,
    code: str,
    title: str,
    detail: str,
    faults: list[FieldError] | None = None,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    """Return one problem document as a response."""
    body = ProblemDetails(f"urn:rollcall:problem:{code}", title, status, detail, code, faults)
    return Response(msgspec.json.encode(body), status_code=status, media_type=PROBLEM_JSON, headers=headers)


def refuse(_: Request[Any, Any, Any], error: errors.RollcallError) -> Response[bytes]:
    """Answer an expected refusal."""
    status = status_of(error)
    headers = {}
    if isinstance(error, errors.Unauthorised):
        headers["WWW-Authenticate"] = 'Bearer realm="rollcall"'
    if isinstance(error, errors.TooMany):
        headers["Retry-After"] = str(error.retry_after_s)
    problems = error.problems if isinstance(error, errors.Malformed) else ()
    faults = [FieldError(fault.path, fault.message) for fault in problems] or None
    return problem(status, error.code, error.title, error.detail, faults, headers)


def refuse_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer what the framework refuses: unknown paths and methods, parameters of a wrong form, huge bodies."""
    if error.status_code >= 500 or error.status_code not in FRAMEWORK:
        return fail(request, error)
    code, title = FRAMEWORK[error.status_code]
    if isinstance(error, ValidationException):
        wrong = [_fault(item) for item in error.extra or []] or [FieldError("$", error.detail)]
        return problem(400, code, title, "; ".join(f"{w.path}: {w.message}" for w in wrong), wrong)
    whole = [FieldError("$", error.detail)] if error.status_code == 400 else None
    return problem(error.status_code, code, title, error.detail, whole, error.headers)


def fail(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer a fault of ours: 500, no details, an id that leads to the log."""
    incident = new_code()
    log.error("Unexpected failure %s in %s", incident, request.method, exc_info=error)
    detail = f"This is a fault of the server. It is logged as {incident}."
    return problem(500, "internal", "Unexpected failure", detail)


def _fault(item: Any) -> FieldError:
    where = item.get("key") or "$"
    if where == "data":
        return FieldError("$", "A JSON body is required.")
    return FieldError(where, item.get("message", "Not acceptable."))


HANDLERS: ExceptionHandlersMap = {
    errors.RollcallError: refuse,
    HTTPException: refuse_framework,
    Exception: fail,
}
