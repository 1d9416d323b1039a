"""Which User IDs of an event are one participant, as its organiser says.

A site that gives its doctors another User ID at each media (`host|id|code`) has as many participants as halls. Joined,
their time is a union and their checks add up in the figures of the event; evidence, the figures of a media, and what
stops time after a miss stay what they are, by User ID: players are told of stops, and may be joined long afterwards.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from rollcall.domain.ids import UserId

JoinUsersBy = Literal["none", "id_without_code", "email"]
SEPARATOR = "|"


def by_code(users: Iterable[UserId], codes: Collection[str]) -> dict[UserId, list[UserId]]:
    """Return the User IDs of each participant under what they have in common.

    Only a last part that is the code of a media of the event is left out: `host|42` is a whole ID, or everybody of a
    host would be one.
    """
    joined: dict[UserId, list[UserId]] = defaultdict(list)
    for user_id in sorted(users):
        common, _, last = user_id.rpartition(SEPARATOR)
        joined[UserId(common) if common and last in codes else user_id].append(user_id)
    return dict(joined)


def by_email(users: Iterable[UserId], emails: Mapping[UserId, str]) -> dict[UserId, list[UserId]]:
    """Return the User IDs of each participant under the first of them; who has no address is by themselves."""
    same: dict[tuple[bool, str], list[UserId]] = defaultdict(list)
    for user_id in sorted(users):
        email = emails.get(user_id, "").strip().casefold()
        same[(True, email) if email else (False, user_id)].append(user_id)
    return {ids[0]: ids for ids in same.values()}
