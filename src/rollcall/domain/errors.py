"""The one tree of refusals: a class per reason, each with a stable `code` and a `kind` that borders translate.

RollcallError
├── Malformed          the input itself is wrong (carries `problems`: path and sentence)
├── Unauthorised       no key, or a wrong one
├── Forbidden          known, but not allowed
├── NotFound           no such object in this project
├── Conflict           the object's state does not allow it
├── TooLarge · WrongType · TooMany · NotAcceptable · Unavailable

The text is for the developer who calls the API; HTTP status is assigned in `web/errors.py` alone.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of an input: where (a path such as `$.lifetime_s`) and what, as a sentence."""

    path: str
    message: str


class RollcallError(Exception):
    """Base of every expected refusal. `code` is stable; `title` is its short name; `str()` is the detail."""

    code = "error"
    title = "The request was refused"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Malformed(RollcallError):
    """Raised when a value has the wrong form, type or range, or a field is unknown."""

    code = "malformed"
    title = "The input is malformed"

    def __init__(self, *problems: Problem, detail: str | None = None) -> None:
        super().__init__(detail or "; ".join(f"{p.path}: {p.message}" for p in problems))
        self.problems = problems


class Unauthorised(RollcallError):
    """Raised when a request carries no key, or one that is unknown or revoked."""

    code = "unauthorised"
    title = "No valid key"


class Forbidden(RollcallError):
    """Raised when the caller is known and may not do this."""

    code = "forbidden"
    title = "Not allowed"

    def __init__(self, detail: str, code: str | None = None) -> None:
        super().__init__(detail)
        if code is not None:
            self.code = code


class MissingScope(Forbidden):
    """Raised when the key lacks the scope that the call needs; the detail names it."""

    code = "missing_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This key lacks the scope '{scope}'.")
        self.scope = scope


class WatchingElsewhere(Forbidden):
    """Raised when the participant watches in another player and the media allows one; `code` says which rule."""


class NotFound(RollcallError):
    """Raised when this project has no such object; another project's objects look the same."""

    code = "not_found"
    title = "No such object"


class Conflict(RollcallError):
    """Raised when the state of an object does not allow the change; `code` says which rule."""

    code = "conflict"
    title = "In conflict with the present state"

    def __init__(self, detail: str, code: str | None = None) -> None:
        super().__init__(detail)
        if code is not None:
            self.code = code


class TooLarge(RollcallError):
    """Raised when a body is larger than the call accepts."""

    code = "too_large"
    title = "The body is too large"


class WrongType(RollcallError):
    """Raised when a body has a type that the call does not read."""

    code = "wrong_type"
    title = "The body has an unsupported type"


class NotAcceptable(RollcallError):
    """Raised when an answer is asked for in a format that does not exist (yet)."""

    code = "not_acceptable"
    title = "No such format"


class TooMany(RollcallError):
    """Raised when a caller asks too often; `retry_after_s` says when to come back."""

    code = "too_many_requests"
    title = "Too many requests"

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(RollcallError):
    """Raised when a part of the server is away for a moment (starting, draining, disk full)."""

    code = "unavailable"
    title = "Unavailable for the moment"
