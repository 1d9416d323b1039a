"""A notice as the bytes of a request: JSON in v1, form fields in Boomstream's form."""

import json
from typing import Any
from urllib.parse import urlencode

import msgspec

from rollcall.domain.webhooks.kinds import Format, told_as
from rollcall.wire.api.values import rfc3339
from rollcall.wire.notices import Notice


def encode(format_: Format, code: str, kind: str, at_ms: int, data: dict[str, Any]) -> tuple[str, bytes]:
    """Return the media type and the body; the same bytes at each attempt."""
    if format_ == "boomstream":
        return "application/x-www-form-urlencoded", _form(kind, at_ms, data)
    return "application/json", msgspec.json.encode(Notice(code, kind, rfc3339(at_ms), data))


def _form(kind: str, at_ms: int, data: dict[str, Any]) -> bytes:
    media = data.get("media")
    fields = {"date": rfc3339(at_ms), "webhook": told_as("boomstream", kind) or kind, "custom_field": ""}
    if media is not None:
        named = {"code": media["code"], "title": media["title"]}
        fields["media"] = json.dumps(named, ensure_ascii=False)
    return urlencode(fields).encode()
