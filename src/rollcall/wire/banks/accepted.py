r"""Accepted texts as Moodle's short answers: `*` stands for any text there, `\*` for the sign itself."""

import re

from rollcall.wire.banks.bank import refused

_WILD = re.compile(r"(?<!\\)\*")


def accepted_text(pattern: str) -> str:
    """Return the text of a short answer; raises Malformed for a pattern that stands for many."""
    if _WILD.search(pattern):
        raise refused(
            f"The answer '{pattern[:50]}' stands for many texts ('*'); write each text that is accepted."
        )
    return pattern.replace("\\*", "*")


def short_answer(text: str) -> str:
    """Return an accepted text as a short answer; raises Malformed for one that cannot be written so."""
    if "\\*" in text:
        raise refused("Moodle cannot write a backslash before an asterisk.")
    return text.replace("*", "\\*")
