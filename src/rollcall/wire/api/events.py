"""Bodies and answers of events."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rollcall.domain.joining import JoinUsersBy
from rollcall.domain.judging import HiddenMiss, PresencePolicy
from rollcall.wire.api.values import Code, In, MomentOut, Timezone, Title

HIDDEN_MISS = (
    "What a check is that nobody answered and that was never in view: `missed`, or `undelivered`, which counts against"
    " nobody. That a page is hidden is the player's own word: with `undelivered`, whoever alters their player to say so"
    " is judged by the checks that they choose to answer, as long as those are half of all or more. No flag tells."
)
HiddenMissSetting = Annotated[HiddenMiss, Meta(description=HIDDEN_MISS)]
MediaCodes = Annotated[list[Code], Meta(max_length=1000)]


class NewEvent(In, frozen=True):
    """An event; the media named here leave the events they belonged to.

    `presence_policy`: what a missed check voids. `hidden_miss`: what a miss in a hidden frame is recorded as.
    `hidden_counts` and `behind_counts`: whether time in a hidden page, or more than 60 s behind live, counts.
    `join_users_by`: which User IDs are one participant: each, those that differ in a last part
    `|<code of a media>` only, or those with the same e-mail.
    """

    title: Title
    timezone: Timezone = "Europe/Moscow"
    media: MediaCodes = msgspec.field(default_factory=list)
    presence_policy: PresencePolicy = "record"
    hidden_miss: HiddenMissSetting = "missed"
    hidden_counts: bool = True
    behind_counts: bool = False
    join_users_by: JoinUsersBy = "none"


class EventChange(In, frozen=True):
    """`media` replaces the whole list: a media left out gets an event of its own.

    How evidence is judged may be changed at any time: every figure of the event follows.
    """

    title: Title | UnsetType = UNSET
    timezone: Timezone | UnsetType = UNSET
    media: MediaCodes | UnsetType = UNSET
    presence_policy: PresencePolicy | UnsetType = UNSET
    hidden_miss: HiddenMissSetting | UnsetType = UNSET
    hidden_counts: bool | UnsetType = UNSET
    behind_counts: bool | UnsetType = UNSET
    join_users_by: JoinUsersBy | UnsetType = UNSET


class EventOut(msgspec.Struct, frozen=True):
    """An event with the codes of its media, and how its evidence is judged."""

    code: str
    title: str
    timezone: str
    media: list[str]
    created_at: MomentOut
    presence_policy: PresencePolicy
    hidden_miss: HiddenMissSetting
    hidden_counts: bool
    behind_counts: bool
    join_users_by: JoinUsersBy
