"""What machines ask about this server: is it alive, is it ready, how is it doing."""

import asyncio

import msgspec
from litestar import Response, get

from rollcall.base import metrics
from rollcall.web.deps import Given

READY_TIMEOUT_S = 2.0


class Health(msgspec.Struct, frozen=True):
    """`problems` says why not."""

    status: str
    problems: list[str]


@get("/health/live", include_in_schema=False)
async def live() -> Health:
    """Answer as long as the process can answer at all."""
    return Health("live", [])


@get("/health/ready", include_in_schema=False)
async def ready(deps: Given) -> Response[Health]:
    """Answer 200 when requests can be served: the database answers and nothing else stands in the way."""
    problems = [*deps.problems()]
    try:
        await asyncio.wait_for(deps.db.read(lambda _conn: None), READY_TIMEOUT_S)
    except Exception:  # noqa: BLE001 - whatever the reason: not ready
        problems.append("The database does not answer.")
    body = Health("unready" if problems else "ready", problems)
    return Response(body, status_code=503 if problems else 200)


@get("/metrics", include_in_schema=False, sync_to_thread=False)
def read_metrics(deps: Given) -> Response[bytes]:
    """Return every figure in the format of Prometheus."""
    metrics.viewers(sum(len(room.users()) for _, room in deps.hub.rooms()))
    return Response(metrics.render(), media_type=metrics.CONTENT_TYPE)


handlers = [live, ready, read_metrics]
