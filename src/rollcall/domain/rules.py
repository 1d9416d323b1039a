"""The published constants of the count, in one value that is handed down; an installation may set its own.

They belong to the evidence that is read, not to a moment: the same evidence read with the same rules gives the same
figures. What is late (30 s) is decided once, when a row arrives, and stays with it: `domain/evidence/step`.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Rules:
    """Durations in milliseconds, shares in whole percent, counts in whole numbers; none is negative.

    Late time is recovered up to `gap_ms` for each gap between live reports of a player, and at each media up to
    `late_percent` of the length of all its sessions together. Its content has to have advanced in step with the clock,
    within `step_ms` plus `step_percent` of the time. `behind_ms`: this far behind the broadcast is behind.
    `unshown_prompts`: after so many prompts that a player had and did not display, time is unverified.
    `present_before_ms`: having played this long before a check's issue is having been present.
    """

    gap_ms: int = 15 * 60_000
    late_percent: int = 25
    step_ms: int = 2_000
    step_percent: int = 10
    behind_ms: int = 60_000
    unshown_prompts: int = 2
    present_before_ms: int = 30_000

    def __post_init__(self) -> None:
        """Raise ValueError naming a constant that no rule could mean."""
        for field in fields(self):
            if getattr(self, field.name) < 0:
                raise ValueError(f"{field.name} is not negative")
        if self.late_percent > 100 or self.unshown_prompts < 1:
            raise ValueError("late_percent is at most 100, unshown_prompts at least 1")


PUBLISHED = Rules()
