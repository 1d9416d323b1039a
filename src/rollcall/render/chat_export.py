"""A chat as bytes: JSON, CSV and a workbook with a sheet for messages and one for questions.

Lines come in batches, and each batch goes out before the next is read. Texts are texts in every spreadsheet, never
formulas. It knows nothing of where the lines come from.
"""

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from rollcall.render.cells import Cell, cells, guarded, scalars
from rollcall.wire.chat_export import ChatLine
from rollcall.wire.statistics import Media

BOM: Final = "\ufeff"
PERSONAL: Final = ("ip", "user_agent")
CELL_CHARACTERS: Final = 32_767
PIECE_BYTES: Final = 1 << 16
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ON_DISK: Final = {"constant_memory": True, "strings_to_urls": False}
SHEETS: Final = {"message": "Сообщения", "question": "Вопросы"}
WIDTHS: Final = {"said_at": 20, "text": 80, "user_id": 24, "name": 30, "user_agent": 40}
TITLES: Final = {
    "id": "Номер",
    "said_at": "Время",
    "kind": "Вид",
    "state": "Состояние",
    "user_id": "User ID",
    "name": "Имя",
    "author_number": "Номер участника",
    "text": "Текст",
    "reply_to": "Ответ на",
    "votes": "Голосов",
    "answered_at": "Ответ дан",
    "ip": "IP-адрес",
    "user_agent": "Браузер",
}
WORDS: Final = {
    "message": "сообщение",
    "question": "вопрос",
    "shown": "опубликовано",
    "waiting": "ждёт проверки",
    "rejected": "отклонено",
    "removed": "удалено",
}


@dataclass(frozen=True, slots=True)
class ChatRecord:
    """What is written: the media, the moment, and batches of lines, which have `names` of fields."""

    media: Media
    generated_at: str
    batches: Iterable[Sequence[ChatLine]]
    names: tuple[str, ...]


def field_names(personal: frozenset[str]) -> tuple[str, ...]:
    """Return the fields of each line, with those personal ones that are asked for."""
    return tuple(name for name in scalars(ChatLine) if name not in PERSONAL or name in personal)


def json_chunks(record: ChatRecord) -> Iterator[bytes]:
    """Yield the pieces of one JSON object."""
    encode = msgspec.json.Encoder().encode
    yield encode({"media": record.media, "generated_at": record.generated_at})[:-1] + b',"messages":['
    comma = b""
    for batch in record.batches:
        yield comma + encode(batch)[1:-1]
        comma = b","
    yield b"]}"


def csv_chunks(record: ChatRecord) -> Iterator[bytes]:
    """Yield the pieces of one CSV file: RFC 4180, UTF-8 with a mark so that spreadsheets know it."""
    yield (BOM + _csv([record.names])).encode()
    for batch in record.batches:
        rows = [[_text(cell) for cell in cells(line, record.names)] for line in batch]
        yield _csv(rows).encode("utf-8", "replace")


def xlsx_chunks(record: ChatRecord) -> Iterator[bytes]:
    """Yield the pieces of one XLSX file, once all of its rows have been written."""
    with tempfile.TemporaryDirectory(prefix="rollcall-xlsx-") as folder:
        file = Path(folder) / "chat.xlsx"
        _write_workbook(file, folder, record)
        with file.open("rb") as written:
            while piece := written.read(PIECE_BYTES):
                yield piece


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """One way to write a chat."""

    name: str
    media_type: str
    chunks: Callable[[ChatRecord], Iterator[bytes]]


FORMATS: Final = {
    "json": ChatFormat("json", "application/json", json_chunks),
    "csv": ChatFormat("csv", "text/csv", csv_chunks),
    "xlsx": ChatFormat("xlsx", XLSX_TYPE, xlsx_chunks),
}


def _csv(rows: Iterable[Iterable[str | float]]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
    return text.getvalue()


def _text(cell: Cell) -> str | float:
    if cell is None:
        return ""
    return guarded(cell) if isinstance(cell, str) else cell


def _write_workbook(file: Path, folder: str, record: ChatRecord) -> None:
    book = xlsxwriter.Workbook(str(file), {**ON_DISK, "tmpdir": folder})
    book.set_properties({"created": dt.datetime.fromisoformat(record.generated_at)})
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    moment = book.add_format({"num_format": "dd.mm.yyyy hh:mm:ss"})
    zone = ZoneInfo(record.media.timezone)
    sheets = {}
    try:
        for kind, name in SHEETS.items():
            sheet = sheets[kind] = book.add_worksheet(name)
            sheet.freeze_panes(1, 1)
            for column, field in enumerate(record.names):
                sheet.set_column(column, column, WIDTHS.get(field, 16))
                sheet.write_string(0, column, TITLES[field], head)
        rows = dict.fromkeys(SHEETS, 0)
        for batch in record.batches:
            for line in batch:
                rows[line.kind] += 1
                for column, (field, cell) in enumerate(
                    zip(record.names, cells(line, record.names), strict=True)
                ):
                    _put(sheets[line.kind], rows[line.kind], column, field, cell, zone, moment)
        for kind, sheet in sheets.items():
            sheet.autofilter(0, 0, max(1, rows[kind]), len(record.names) - 1)
        book.close()
    finally:
        for sheet in sheets.values():  # those of one that nobody wants any more are open still
            sheet._opt_close()


def _put(
    sheet: Worksheet, row: int, column: int, field: str, cell: Cell, zone: ZoneInfo, moment: object
) -> None:
    """Write one cell as what its field says it is."""
    match cell:
        case None:
            return
        case int() | float():
            sheet.write_number(row, column, cell)
        case str() if field.endswith("_at"):
            local = dt.datetime.fromisoformat(cell).astimezone(zone).replace(tzinfo=None)
            sheet.write_datetime(row, column, local, moment)
        case _:
            text = WORDS[cell] if field in {"kind", "state"} else cell
            sheet.write_string(row, column, text[:CELL_CHARACTERS])
