"""Every kind of flag is explained, to programs and to organisers."""

from pathlib import Path

from rollcall.domain.flags.kinds import KINDS, MEANINGS, merged

DOCS = Path(__file__).parents[3] / "docs"


def test_every_kind_has_its_three_sentences() -> None:
    assert set(MEANINGS) == set(KINDS)
    for meaning in MEANINGS.values():
        for sentence in (meaning.seen, meaning.rule, meaning.limits):
            assert sentence.endswith(".")


def test_every_kind_is_in_the_organisers_table() -> None:
    told = [
        line.split("`")[1] for line in (DOCS / "flags.md").read_text("utf-8").splitlines() if "| `" in line
    ]
    assert told == list(KINDS)


def test_details_of_a_flag_raised_again() -> None:
    assert merged("rejected_rows", {"too_long": 2}, {"too_long": 1, "lost": 4}) == {"lost": 4, "too_long": 3}
    assert merged("clock_rate", {"ppm": -50_000}, {"ppm": 40_000}) == {"ppm": -50_000}
