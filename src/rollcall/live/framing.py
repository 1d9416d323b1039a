"""Counts pages that frame the player without being allowed to, until a job stores the counts."""

from rollcall.domain.ids import ProjectNo

KEPT = 1000


class FramingCounts:
    """Attempts by project and origin since the last `take`; beyond 1,000 pairs new ones are left uncounted."""

    def __init__(self) -> None:
        self._counts: dict[tuple[ProjectNo, str], int] = {}

    def note(self, project_no: ProjectNo, origin: str) -> None:
        """Count one attempt."""
        pair = (project_no, origin)
        if pair in self._counts or len(self._counts) < KEPT:
            self._counts[pair] = self._counts.get(pair, 0) + 1

    def take(self) -> dict[tuple[ProjectNo, str], int]:
        """Return the counts and begin anew."""
        counts, self._counts = self._counts, {}
        return counts
