"""What a method of the compatible API is: the scope that its key needs, and what it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from rollcall.actions.reports import Wanted
from rollcall.domain.scopes import Scope
from rollcall.web.auth import Caller
from rollcall.web.boomstream.call import Call
from rollcall.web.boomstream.envelope import Data
from rollcall.web.deps import Deps

Work: TypeAlias = Callable[[Deps, Caller, Call], Awaitable[Data]]
LongReading: TypeAlias = Callable[[Deps, Caller, Call, Wanted], Awaitable[Data]]


@dataclass(frozen=True, slots=True)
class Method:
    """One method; `work` returns the data of its answer or raises a RollcallError."""

    scope: Scope
    work: Work


@dataclass(frozen=True, slots=True)
class LongMethod:
    """One that reads for seconds, and changes nothing: it waits for its turn, and ends when its caller goes away."""

    scope: Scope
    read: LongReading
