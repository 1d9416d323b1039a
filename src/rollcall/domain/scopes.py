"""What an API key may do: six scopes, all of them by default.

`access` registers people and opens media to them, `control` runs an event, `statistics` reads results, `personal`
adds addresses and user agents to them, `media` shows stream keys, `admin` changes the project and its keys.
"""

from typing import Final, Literal, get_args

Scope = Literal["access", "control", "statistics", "personal", "media", "admin"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)
