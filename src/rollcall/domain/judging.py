"""How the evidence of one event is judged: choices of its organiser, applied when figures are read.

Evidence never changes with them; a choice changed later changes every figure of the event, also of the past.
"""

from dataclasses import dataclass
from typing import Final, Literal

from rollcall.domain.joining import JoinUsersBy

PresencePolicy = Literal["record", "stop_until_confirmed", "void_since_last_confirmed"]
HiddenMiss = Literal["missed", "undelivered"]


@dataclass(frozen=True, slots=True)
class Judging:
    """`presence_policy`: what a missed check voids. `hidden_miss`: what a miss in a hidden frame is.

    `hidden_counts`, `behind_counts`: whether time in a hidden page, or more than 60 s behind live, earns.
    `join_users_by`: which User IDs are one participant of the event.
    """

    presence_policy: PresencePolicy = "record"
    hidden_miss: HiddenMiss = "missed"
    hidden_counts: bool = True
    behind_counts: bool = False
    join_users_by: JoinUsersBy = "none"


AS_MADE: Final = Judging()
