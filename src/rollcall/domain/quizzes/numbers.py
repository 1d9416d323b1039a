"""Numbers as people and question banks write them, read exactly."""

import re
from fractions import Fraction
from typing import Final

_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,10})?")
_SPACES: Final = str.maketrans({" ": None, "\u00a0": None, "\u202f": None, "\u2009": None, "\u2212": "-"})


def decimal_of(text: str) -> Fraction | None:
    """Return a decimal number, with a point or a comma; None when it is none."""
    return Fraction(text.replace(",", ".")) if _DECIMAL.fullmatch(text) else None


def number_written(text: str) -> Fraction | None:
    """Return the number that a participant wrote: spaces between digits and a typographic minus are fine too."""
    return decimal_of(text.translate(_SPACES))


def decimal_text(value: Fraction) -> str:
    """Return the shortest decimal text of a number that has one of at most ten places after the point."""
    scaled = value * 10**10
    if scaled.denominator != 1:
        raise ValueError(f"{value} has no decimal text of ten places.")
    sign, digits = ("-" if scaled < 0 else ""), f"{abs(scaled.numerator):011d}"
    return f"{sign}{digits[:-10]}.{digits[-10:]}".rstrip("0").rstrip(".")


def percent_text(value: Fraction, places: int) -> str:
    """Return a share of one as percent with so many places after the point, rounded half away from zero."""
    scaled = abs(value) * 100 * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return ("-" if value < 0 else "") + decimal_text(Fraction(whole, 10**places))
