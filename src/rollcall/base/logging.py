"""Logs as JSON, one object a line. No personal data and no token belongs in a message; see the redaction tests."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import TextIO

# Whatever slips into a text of a library: path tokens, grants and keys, JWTs, User IDs in a query.
_SECRETS = re.compile(
    r"(?P<path>/(?:hls|files)/)[^/\s]+|(?P<key>\b(?:rk|es|sk|grt|upl)_)[\w-]{20,}|(?P<jwt>\beyJ)[\w-]+\.[\w-]+\.[\w-]*"
    r"|(?P<webhook>\bwhsec_)[\w+/=-]{20,}"
    r"|(?P<query>\b(?:user_id|token|apikey)=)[^&\s\"']+"
)


def mask(text: str) -> str:
    """Return `text` with every token, key and User ID in it replaced by `***`."""
    return _SECRETS.sub(lambda found: next(part for part in found.groups() if part) + "***", text)


class JsonFormatter(logging.Formatter):
    """Time (UTC), level, logger, message, and the traceback when there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "at": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps({name: mask(text) for name, text in line.items()}, ensure_ascii=False)


def configure(stream: TextIO) -> None:
    """Send every log of the process to `stream`."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
