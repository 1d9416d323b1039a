"""Which formats statistics can be had in, and which of them a caller wants."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rollcall.domain.errors import NotAcceptable
from rollcall.render.protocol import pdf_chunks
from rollcall.render.statistics_csv import csv_chunks
from rollcall.render.statistics_json import json_chunks
from rollcall.render.statistics_xlsx import xlsx_chunks
from rollcall.render.statistics_xml import xml_chunks
from rollcall.wire.statistics import FormatName, Report


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a report; `accepted` are the media types that ask for it, `*/*` ones included.

    To a `media_type` that begins with `text/` the framework adds the charset. `is_file`: for a person to save, not for
    a program to read at once. `is_whole`: all of it is made before its first piece. `is_set`: by typesetting, which
    takes a process of its own.
    """

    name: FormatName
    media_type: str
    accepted: tuple[str, ...]
    chunks: Callable[[Report], Iterator[bytes]]
    is_file: bool = False
    is_whole: bool = False
    is_set: bool = False


JSON = Format("json", "application/json", ("application/json", "application/*", "*/*"), json_chunks)
XML = Format("xml", "application/xml; charset=utf-8", ("application/xml", "text/xml", "text/*"), xml_chunks)
CSV = Format("csv", "text/csv", ("text/csv",), csv_chunks, is_file=True)
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSX = Format("xlsx", XLSX_TYPE, (XLSX_TYPE,), xlsx_chunks, is_file=True, is_whole=True)
PDF = Format(
    "pdf", "application/pdf", ("application/pdf",), pdf_chunks, is_file=True, is_whole=True, is_set=True
)
FORMATS: dict[str, Format] = {"json": JSON, "xml": XML, "csv": CSV, "xlsx": XLSX, "pdf": PDF}


def named(name: str) -> Format:
    """Return the format of this name; raises NotAcceptable."""
    if name not in FORMATS:
        raise NotAcceptable(f"The format '{name[:50]}' is not available; available: {', '.join(FORMATS)}.")
    return FORMATS[name]


def accepted(accept: str) -> Format:
    """Return the format that an `Accept` header prefers (JSON when it leaves the choice); raises NotAcceptable."""
    if not accept.strip():
        return JSON
    for media_type in _preferred(accept):
        for known in FORMATS.values():
            if media_type in known.accepted:
                return known
    raise NotAcceptable(f"None of the accepted types is available; available: {', '.join(FORMATS)}.")


def _preferred(accept: str) -> list[str]:
    weighed = []
    for item in accept.split(","):
        media_type, *parameters = (part.strip().lower() for part in item.split(";"))
        weight = _weight(parameters)
        if weight > 0:
            weighed.append((-weight, media_type))
    return [media_type for _, media_type in sorted(weighed, key=lambda pair: pair[0])]


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
