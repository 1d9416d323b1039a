"""How long a project or a media was watched in each hour or day: every play, whether or not its time counts."""

from collections.abc import Sequence
from itertools import chain, islice
from typing import Any, cast

import numpy as np
from sqlalchemy import Connection, select

from rollcall.domain.ids import MediaNo, ProjectNo
from rollcall.store.attendance import Ints
from rollcall.store.tables import plays, spans

PORTION_ROWS = 5_000


def viewing_ms(
    connection: Connection, project_no: ProjectNo, media: Sequence[MediaNo] | None, edges: Ints
) -> Ints:
    """Return the playing time between each two of `edges` (ascending Unix milliseconds), of these media or of all.

    Spans are read a portion at a time, so a year of a project needs no more memory than an hour.
    """
    first, last = int(edges[0]), int(edges[-1])
    query = (
        select(spans.c.start_ms, spans.c.end_ms)
        .join(plays, plays.c.no == spans.c.play_no)
        .where(plays.c.project_no == project_no, plays.c.last_arrival_ms > first)
        .where(spans.c.state == "playing", spans.c.end_ms > first, spans.c.start_ms < last)
    )
    if media is not None:
        query = query.where(plays.c.media_no.in_(media))
    rows = iter(cast("Any", connection.execute(query).cursor))
    told = np.zeros(len(edges) - 1, np.int64)
    while portion := list(islice(rows, PORTION_ROWS)):
        pairs = np.fromiter(chain.from_iterable(portion), np.int64).reshape(-1, 2)
        _add(told, edges, np.maximum(pairs[:, 0], first), np.minimum(pairs[:, 1], last))
    return told


def _add(told: Ints, edges: Ints, start: Ints, end: Ints) -> None:
    """Add intervals to the slots that they lie in, cutting them at each edge."""
    while len(start):
        slot = np.searchsorted(edges, start, "right") - 1
        until = np.minimum(end, edges[slot + 1])
        np.add.at(told, slot, until - start)
        goes_on = until < end
        start, end = until[goes_on], end[goes_on]
