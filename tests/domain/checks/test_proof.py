"""The proof of a prompt: of one play, one check, one issue, under one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.checks.proof import prompt_mac, was_sent
from rollcall.domain.evidence.tick import Tick, tick_mac
from rollcall.domain.ids import CheckId, PlayId

KEY = b"k" * 32
PLAY, CHECK = PlayId("AAAAAAAAAAAA"), CheckId("CHECK234")
MAC = prompt_mac(KEY, PLAY, CHECK, 1_800_000_000_000)


def test_it_is_sixteen_digits_and_the_same_on_every_node() -> None:
    assert MAC == "b34348423a509d6c"
    assert was_sent(KEY, PLAY, CHECK, 1_800_000_000_000, MAC)


@pytest.mark.parametrize(
    ("key", "play", "check", "issued_ms"),
    [
        (b"j" * 32, PLAY, CHECK, 1_800_000_000_000),
        (KEY, "AAAAAAAAAAAB", CHECK, 1_800_000_000_000),
        (KEY, PLAY, "CHECK235", 1_800_000_000_000),
        (KEY, PLAY, CHECK, 1_800_000_000_001),
    ],
)
def test_it_is_of_no_use_for_another(key: bytes, play: str, check: str, issued_ms: int) -> None:
    assert not was_sent(key, PlayId(play), CheckId(check), issued_ms, MAC)


@given(st.text(max_size=20))
def test_whatever_is_cited_instead_is_refused(mac: str) -> None:
    assert was_sent(KEY, PLAY, CHECK, 1_800_000_000_000, mac) is (mac == MAC)


def test_the_proof_of_a_tick_is_none_of_a_prompt_even_under_the_same_key() -> None:
    assert not was_sent(KEY, PLAY, CheckId("7"), 1_800_000_000_000, tick_mac(KEY, PLAY, Tick(7, 1)))
