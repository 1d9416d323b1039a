"""Bodies and answers of the check plan."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.wire.api.checks import LifetimeS
from rollcall.wire.api.values import In, MomentOut

Minutes = Annotated[int, Meta(ge=1, le=1440)]
Seconds = Annotated[int, Meta(ge=1, le=86_400)]


class PlanBody(In, frozen=True):
    """Exactly one of `every_min` and `every_s`: the shortest and the longest gap.

    `per_participant` false: the same moment for all, with a personal delay of up to 90 s. `per_session` M: exactly M
    for everybody, each in its own M-th part of a session whose end is known.
    """

    every_min: tuple[Minutes, Minutes] | None = None
    every_s: tuple[Seconds, Seconds] | None = None
    lifetime_s: LifetimeS = 60
    sound: bool = False
    per_participant: bool = True
    per_session: Annotated[int, Meta(ge=1, le=100)] | None = None


class PlanOut(msgspec.Struct, frozen=True, kw_only=True):
    """The check plan as set."""

    every_min: tuple[int, int] | UnsetType = UNSET
    every_s: tuple[int, int] | UnsetType = UNSET
    lifetime_s: int
    sound: bool
    per_participant: bool
    per_session: int | None
    paused: bool
    created_at: MomentOut
    updated_at: MomentOut
