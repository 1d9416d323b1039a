"""One measured figure beside its peer, and how a list of them is shown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """`ratio` is how we compare with the peer (see `aim` for which way is good); None = there is no peer."""

    name: str
    value: float
    unit: str
    peer: str | None
    peer_value: float | None
    ratio: float | None
    aim: str


def beside(
    name: str, value: float, unit: str, peer: tuple[str, float], aim: str, *, less: bool = False
) -> Result:
    """Return a result whose ratio is our share of the peer's speed; `less`: the smaller figure is the faster one."""
    peer_name, peer_value = peer
    ratio = peer_value / value if less else value / peer_value
    return Result(name, value, unit, peer_name, peer_value, ratio, aim)


def alone(name: str, value: float, unit: str, aim: str) -> Result:
    """Return a result that stands against its aim only."""
    return Result(name, value, unit, None, None, None, aim)


def table(results: Sequence[Result]) -> str:
    """Return the results as aligned lines."""
    rows = [("what", "value", "unit", "peer", "its value", "ratio", "aim")]
    rows += [
        (r.name, _number(r.value), r.unit, r.peer or "-", _number(r.peer_value), _number(r.ratio), r.aim)
        for r in results
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    right = {1, 4, 5}
    lines = [
        "  ".join(
            text.rjust(w) if i in right else text.ljust(w)
            for i, (text, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"
