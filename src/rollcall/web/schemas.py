"""Schemas for whoever reads our answers; open to all, because they hold nobody's data."""

from litestar import Response, get

from rollcall.render.statistics_xml import schema


@get("/api/v1/statistics.xsd", include_in_schema=False, sync_to_thread=False)
def read_statistics_schema() -> Response[bytes]:
    """Return the XSD against which every statistics answer in XML validates."""
    return Response(schema(), media_type="application/xml; charset=utf-8")


handlers = [read_statistics_schema]
