"""What made the faults of this run: named at the end of it, so that nobody takes a substitute for the real thing.

Some faults need rights that not every machine gives: to trace a process, to mount a disk, to drop packets. Where they
are missing something weaker stands in, and `make test` says so, with any number of processes.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

import pytest

PROPERTY = "means"
TITLE = "how faults were made"


class Means(Protocol):
    """Says how a fault was made."""

    def __call__(self, fault: str, used: str, *, stands_in_for: str | None = None) -> None:
        """Note that `used` made the fault, and what it stands in for, unless it is the real thing."""


@pytest.fixture
def means(record_property: Callable[[str, object], None]) -> Means:
    """Return what tests say here; it is printed at the end of the run."""

    def note(fault: str, used: str, *, stands_in_for: str | None = None) -> None:
        instead = "" if stands_in_for is None else f"  (stands in for {stands_in_for})"
        record_property(PROPERTY, f"{fault}: {used}{instead}")

    return note


def lines(properties: Iterable[tuple[str, object]]) -> list[str]:
    """Return what was noted in the properties of tests, each line once, in order."""
    return sorted({str(value) for name, value in properties if name == PROPERTY})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was noted, if anything was."""
    reports = [report for each in terminalreporter.stats.values() for report in each]
    found = lines(pair for report in reports for pair in getattr(report, "user_properties", ()))
    if found:
        terminalreporter.section(TITLE)
        for line in found:
            terminalreporter.write_line(line)
