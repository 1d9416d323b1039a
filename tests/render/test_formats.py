"""Which format an answer has: by name, by `Accept`, and a refusal for what does not exist."""

import pytest

from rollcall.domain.errors import NotAcceptable
from rollcall.render.formats import accepted, named


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/*", "json"),
        ("application/json", "json"),
        ("application/xml", "xml"),
        ("text/xml; charset=utf-8", "xml"),
        ("application/json;q=0.5, application/xml", "xml"),
        ("application/xml;q=0.5, application/json;q=0.9", "json"),
        ("text/csv, application/xml;q=0.1", "csv"),
        ("application/pdf, application/xml;q=0.1", "pdf"),
        ("image/png, application/xml;q=0.1", "xml"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        ("APPLICATION/XML", "xml"),
    ],
)
def test_accept_chooses(accept: str, name: str) -> None:
    assert accepted(accept).name == name


@pytest.mark.parametrize("accept", ["text/plain", "image/png", "application/json;q=0", "nonsense;q=x"])
def test_nothing_acceptable_is_refused(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="json, xml, csv, xlsx, pdf"):
        accepted(accept)


def test_names() -> None:
    known = ["json", "xml", "csv", "xlsx", "pdf"]
    assert [named(name).name for name in known] == known
    for name in ("doc", "JSON", "", "x" * 1000):
        with pytest.raises(NotAcceptable):
            named(name)
