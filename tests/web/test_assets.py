"""Scripts and styles: each browser gets what it can unpack, under a name that never means anything else."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from rollcall.web.assets import build_assets
from rollcall.web.errors import HANDLERS

SCRIPT = b"export const answer = 42;\n" * 40


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient[Litestar]]:
    (tmp_path / "docs").mkdir()
    (tmp_path / "main-1.js").write_bytes(SCRIPT)
    (tmp_path / "main-1.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "main-1.js.br").write_bytes(b"as brotli")
    (tmp_path / "docs" / "plain.css").write_bytes(b"p {}")
    with TestClient(
        Litestar(build_assets(tmp_path), exception_handlers=HANDLERS, logging_config=None)
    ) as client:
        yield client


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("GZIP", "gzip"),
        ("identity", None),
        ("gzip;q=0.000", None),
    ],
)
def test_the_best_encoding_that_is_taken(
    client: TestClient[Litestar], accepted: str, encoding: str | None
) -> None:
    with client.stream("GET", "/assets/main-1.js", headers={"Accept-Encoding": accepted}) as answer:
        body = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == encoding
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-length"] == str(len(body))
    if encoding != "br":
        assert (gzip.decompress(body) if encoding else body) == SCRIPT


def test_what_has_no_compressed_twin_comes_as_it_is(client: TestClient[Litestar]) -> None:
    answer = client.get("/assets/docs/plain.css", headers={"Accept-Encoding": "br"})
    assert (answer.status_code, answer.content) == (200, b"p {}")
    assert "content-encoding" not in answer.headers


def test_a_head_tells_the_length_and_sends_nothing(client: TestClient[Litestar]) -> None:
    answer = client.head("/assets/main-1.js", headers={"Accept-Encoding": "br"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(b"as brotli"))


@pytest.mark.parametrize("path", ["main-1.js.gz", "nothing.js", "../test_assets.py", "%2e%2e/x", "docs"])
def test_nothing_else_is_served(client: TestClient[Litestar], path: str) -> None:
    assert client.get(f"/assets/{path}").status_code == 404
