"""Batches as lines of JSON and as tables: the same participants and the same answers as an array."""

import json
import tracemalloc
from typing import Any

import pytest

from rollcall.web.batch import Batch
from tests.web.conftest import Api, problem

LINES = "application/x-ndjson"
TABLE = "text/csv"
PEOPLE = [
    {
        "user_id": "врач|7",
        "name": "Иванова, Анна",
        "fields": {"Город": "Пермь; центр", "Клиника": '"Мать" и дитя'},
    },
    {"user_id": "b", "email": "b@example.org", "valid_until": "2150-01-01T00:00:00.000Z", "fields": {}},
]
COLUMNS = ["user_id", "name", "email", "valid_from", "valid_until", "Город", "Клиника"]


async def make(api: Api) -> str:
    return str((await api.mine.api.post("/lists", json={"title": "Врачи"})).json()["code"])


async def send(api: Api, code: str, body: bytes, kind: str, **headers: str) -> Any:
    path = f"/lists/{code}/participants/batch"
    return await api.mine.api.post(path, content=body, headers={"Content-Type": kind, **headers}, timeout=60)


async def stored(api: Api, code: str) -> list[dict[str, Any]]:
    told = ("user_id", "name", "email", "valid_from", "valid_until", "fields")
    rows = (await api.mine.api.get(f"/lists/{code}/participants?limit=200")).json()["items"]
    return [{name: row[name] for name in told} for row in rows]


def table(separator: str, end: str = "\r\n") -> str:
    people: list[dict[str, Any]] = [{**person, **person["fields"]} for person in PEOPLE]  # type: ignore[dict-item]
    rows = [COLUMNS, *([str(person.get(name, "")) for name in COLUMNS] for person in people)]
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    return "".join(separator.join(row) + end for row in quoted)


def lines() -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in PEOPLE).encode()


SHAPES = {
    "array": (json.dumps(PEOPLE).encode(), "application/json"),
    "lines": (lines(), LINES),
    "lines with a mark": (b"\xef\xbb\xbf" + lines(), f"{LINES}; charset=utf-8"),
    "comma": (table(",").encode(), TABLE),
    "semicolon, mark": (table(";").encode("utf-8-sig"), TABLE),
    "tab": (table("\t").encode(), f'{TABLE}; charset="UTF-8"'),
    "windows-1251 found out": (table(";").encode("cp1251"), TABLE),
    "windows-1251 as said": (table("\t").encode("cp1251"), f"{TABLE}; charset=windows-1251"),
    "line feeds": (table(",", "\n").encode("cp1251"), TABLE),
    "carriage returns": (table(",", "\r").encode(), TABLE),
    "blank lines and rows": ((table(";") + "\r\n;;;;;;\r\n").encode(), TABLE),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_every_shape_stores_the_same(api: Api, shape: str) -> None:
    code = await make(api)
    body, kind = SHAPES[shape]
    answer = (await send(api, code, body, kind)).json()
    assert answer == {"created": 2, "updated": 0, "rejected": []}
    empty = {"name": None, "email": None, "valid_from": None, "valid_until": None}
    assert await stored(api, code) == [empty | row for row in PEOPLE]
    assert (await send(api, code, body, kind)).json() == {"created": 0, "updated": 2, "rejected": []}


@pytest.mark.parametrize("shape", ["lines", "comma", "windows-1251 found out"])
async def test_every_shape_is_done_once_under_one_key(api: Api, shape: str) -> None:
    code = await make(api)
    body, kind = SHAPES[shape]
    first = await send(api, code, body, kind, **{"Idempotency-Key": "k"})
    again = await send(api, code, body, kind, **{"Idempotency-Key": "k"})
    assert (again.json(), again.headers["idempotent-replay"]) == (first.json(), "true")
    problem(
        await send(api, code, body + b"\n", kind, **{"Idempotency-Key": "k"}), 409, "idempotency_key_reused"
    )


async def test_a_bad_line_of_json_is_named_and_spoils_no_other(api: Api) -> None:
    code = await make(api)
    body = '{"user_id":"a"}\r\n\n{"user_id":\n{"user_id":"c","email":"c"}\n[]\n{"user_id":"b","город":1}\n'
    body += '{"user_id":"e"}'
    answer = (await send(api, code, body.encode(), LINES)).json()
    assert answer["created"] == 2
    told = [(row["row"], row["line"], row["column"], row["user_id"]) for row in answer["rejected"]]
    assert told == [(1, 3, None, None), (2, 4, "email", "c"), (3, 5, None, None), (4, 6, "город", "b")]
    errors = [row["error"] for row in answer["rejected"]]
    assert errors[0].startswith("line 3, $: This is not JSON")
    assert errors[0].endswith("Write each row as one JSON object on one line.")
    assert errors[1].startswith("line 4, $.email: ")
    assert errors[1].endswith("Give one address such as name@example.org, or leave it out.")
    assert errors[2].endswith("A row is an object with 'user_id'.")
    assert errors[3] == "line 6, $.город: There is no such field. What is your own goes under 'fields'."


ROWS = {
    # cells of user_id;email;valid_until;Город: (column, part of the sentence)
    ";x@example.org;;": ("user_id", "This field is required. Give 1-200 characters"),
    "a;none;;": ("email", "Give one address such as name@example.org"),
    "a;;01.03.2027 10:00;": ("valid_until", "such as 2027-03-01T10:00:00+03:00"),
    "a;;0001-01-01T00:00:00Z;": ("valid_until", "years 1970-2199"),
    f"a;;;{'я' * 1001}": ("Город", "texts of up to 1,000 characters"),
    "a;;": (None, "There are 3 cells here and 4 in the first line."),
    "a;;;;": (None, "There are 5 cells here and 4 in the first line."),
    'a;"x" y;;': (None, "This is not CSV"),
    'a;"open;;': (None, "Put a cell that holds the separator or a quote in double quotes"),
    'a;;;"two\nlines"': ("Город", "without line breaks"),
    f"{'x' * 201};;;": ("user_id", "Give 1-200 characters"),
    "a\x00;;;": ("user_id", "without control characters"),
}


@pytest.mark.parametrize("bad", ROWS)
async def test_a_bad_row_of_a_table_is_named_and_spoils_no_other(api: Api, bad: str) -> None:
    code = await make(api)
    body = f'user_id;email;valid_until;Город\nfirst;;;\n{bad}\nlast;;;"Пермь"\n'
    answer = (await send(api, code, body.encode(), TABLE)).json()
    column, sentence = ROWS[bad]
    [row] = answer["rejected"]
    assert (answer["created"], row["row"], row["line"], row["column"]) == (2, 1, 3, column)
    at = "lines 3-4" if "\n" in bad else "line 3"
    assert row["error"].startswith(at if column is None else f"{at}, column '{column}': ")
    assert sentence in row["error"]
    assert [row["user_id"] for row in await stored(api, code)] == ["first", "last"]


def test_a_forgotten_quote_takes_no_row_with_it_unnamed() -> None:
    body = 'user_id,name\n1,"Анна\n2,Иван\n3,"Олег\n4,Яна\n5,"Пётр"\n'.encode()
    batch = Batch(body, TABLE)
    good = [entry.user_id for part in batch.parts() for entry in part]
    assert good == ["2", "4", "5"]
    assert [row.line for row in batch.rejected] == [2, 4]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("user_id,name\na,Анна\n".encode() + b"b,\xd0\n", TABLE),  # UTF-8 that was cut
        ("user_id,name\na,José\n".encode("latin-1"), TABLE),
        ("user_id,name\na,Müller Größe\n".encode("latin-1"), TABLE),
        ("user_id,name\na,Анна\n".encode("utf-16"), TABLE),
        ("user_id,name\na,Анна\n".encode("cp1251"), f"{TABLE}; charset=utf-8"),
        (b"user_id,name\na,\x98\n", f"{TABLE}; charset=windows-1251"),
    ],
)
async def test_a_table_in_another_charset_makes_no_names_that_nobody_has(
    api: Api, body: bytes, kind: str
) -> None:
    answer = problem(await send(api, await make(api), body, kind), 400, "malformed")
    assert answer["errors"][0]["path"].startswith("line ")
    assert "CSV UTF-8" in answer["detail"]


def big(kind: str, rows: int) -> bytes:
    if kind == LINES:
        return b"".join(
            b'{"user_id":"u%d","name":"\xd0\x98\xd0\xbc\xd1\x8f","email":"u%d@example.org"}\n' % (n, n)
            for n in range(rows)
        )
    return b"user_id;name;email\n" + b"".join(
        b"u%d;\xc8\xec\xff;u%d@example.org\n" % (n, n) for n in range(rows)
    )


@pytest.mark.parametrize("kind", [LINES, TABLE])
async def test_a_hundred_thousand_rows_go_in_and_no_more(api: Api, kind: str) -> None:
    code = await make(api)
    problem(await send(api, code, big(kind, 100_001), kind), 413, "too_large")
    assert await stored(api, code) == []
    answer = (await send(api, code, big(kind, 100_000), kind)).json()
    assert answer == {"created": 100_000, "updated": 0, "rejected": []}
    assert (await stored(api, code))[0]["name"] == "Имя"


@pytest.mark.parametrize("kind", [LINES, TABLE])
def test_rows_are_never_all_in_memory(kind: str) -> None:
    def peak(rows: int) -> int:
        body = big(kind, rows)
        tracemalloc.start()
        try:
            assert sum(len(part) for part in Batch(body, kind).parts()) == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(60_000) < 1.3 * peak(20_000)
