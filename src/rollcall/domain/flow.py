"""The most that fits: maximum flow through a small network of whole numbers, the earliest first among equals.

Limits that cross each other (of gaps, of moments, of content) have no right order in which to apply them one by one:
whichever comes first may waste the room of another, and then more evidence could earn less. The maximum has no such
fault. It knows nothing of what flows.
"""

import itertools
from collections import defaultdict, deque
from collections.abc import Hashable, Mapping, Sequence
from typing import Final, TypeAlias

Node: TypeAlias = Hashable
Edge: TypeAlias = tuple[Node, Node]
SOURCE: Final = "source"
SINK: Final = "sink"
_Room: TypeAlias = dict[Node, dict[Node, int]]


def fill(capacity: Mapping[Edge, int], order: Sequence[Edge]) -> list[int]:
    """Return how much flows through each edge of `order` when the most flows from SOURCE to SINK.

    Of all such flows it is the one with the most on the first edge of `order`, then on the second, and so on. No edge
    may have its reverse in `capacity`.
    """
    room: _Room = defaultdict(dict)
    for (a, b), limit in capacity.items():
        room[a][b] = limit
        room[b].setdefault(a, 0)
    while _push(room, SOURCE, SINK, None):
        pass
    return [_favour(room, edge) for edge in order]


def _favour(room: _Room, edge: Edge) -> int:
    """Lead all that is possible over `edge` without lessening the whole, fix it there, and return it."""
    a, b = edge
    room[b][a], flowing = 0, room[b][a]
    while room[a][b] and (moved := _push(room, b, a, room[a][b])):
        room[a][b] -= moved
        flowing += moved
    room[a][b] = 0
    return flowing


def _push(room: _Room, start: Node, end: Node, most: int | None) -> int:
    """Send as much as the shortest free path takes, at most `most`; return how much, 0 when there is none."""
    came: dict[Node, Node] = {start: start}
    waiting = deque([start])
    while waiting and end not in came:
        at = waiting.popleft()
        for to, free in room[at].items():
            if free and to not in came:
                came[to] = at
                waiting.append(to)
    if end not in came:
        return 0
    path = [end]
    while path[-1] != start:
        path.append(came[path[-1]])
    steps = [(b, a) for a, b in itertools.pairwise(path)]
    sent = min(room[a][b] for a, b in steps)
    sent = sent if most is None else min(sent, most)
    for a, b in steps:
        room[a][b] -= sent
        room[b][a] += sent
    return sent
