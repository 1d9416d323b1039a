"""What the protocol says in Russian and in English: headings, sentences about the rules, words for values."""

from functools import cache
from importlib.resources import files

import msgspec

from rollcall.wire.statistics import Language


@cache
def words_of(language: Language) -> dict[str, str]:
    """Return the words of a language by name; every language has the same names."""
    text = files("rollcall.render.protocol").joinpath(f"words.{language}.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, str])
