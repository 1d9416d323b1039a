"""What a method of the compatible API is: the scope that its key needs, and what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from rollcall.domain.scopes import Scope
from rollcall.web.auth import Caller
from rollcall.web.boomstream.call import Call
from rollcall.web.boomstream.envelope import Data
from rollcall.web.deps import Deps

Work = Callable[[Deps, Caller, Call], Awaitable[Data]]


@dataclass(frozen=True, slots=True)
class Method:
    """One method; `work` returns the data of its answer or raises a RollcallError."""

    scope: Scope
    work: Work
