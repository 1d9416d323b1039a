"""Claims of a launch token at each of their edges."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.domain.ids import UserId
from rollcall.domain.launch_token import LaunchClaims, TokenExpired, TokenInvalid, check_claims, take_apart

NOW = 1_800_000_000
GOOD: dict[str, Any] = {
    "sub": "врач 1",
    "med": "AAAAAAAA",
    "aud": "rollcall",
    "iss": "PPPPPPPP",
    "iat": NOW,
    "exp": NOW + 600,
    "jti": "12345678",
}

NEVER: tuple[Any, ...] = (None, True, [], {}, "", 1.5, ["x"])


def check(**changed: Any) -> LaunchClaims:
    claims = {name: value for name, value in (GOOD | changed).items() if value is not ...}
    return check_claims(claims, NOW, "AAAAAAAA", "PPPPPPPP")


def test_a_good_token_says_who() -> None:
    assert check() == LaunchClaims(UserId("врач 1"), None, "12345678", NOW, NOW + 600)
    assert check(name="Иван", aud=["rollcall"], extra=1).name == "Иван"


@pytest.mark.parametrize(
    "changed",
    [
        *({name: ...} for name in GOOD),
        *({name: value} for name in GOOD for value in NEVER),
        {"aud": "Rollcall"}, {"aud": ["rollcall", "other"]}, {"aud": "rollcall "},
        {"med": "aaaaaaaa"}, {"med": "AAAAAAAA "}, {"iss": "pppppppp"},
        {"exp": NOW + 601}, {"exp": NOW}, {"exp": NOW - 1}, {"exp": str(NOW + 60)}, {"exp": 10**30},
        {"iat": NOW + 61, "exp": NOW + 90}, {"iat": -1, "exp": 1}, {"nbf": NOW + 61}, {"nbf": "soon"},
        {"sub": "a\x00"}, {"sub": "a\n"}, {"sub": "x" * 201}, {"sub": "\ud800"}, {"sub": 7},
        {"jti": "1234567"}, {"jti": "x" * 101}, {"jti": "1234 678"}, {"jti": 12345678}, {"jti": "ж" * 8},
        {"name": ""}, {"name": 5}, {"name": "a\x1b"}, {"name": "x" * 301},
    ],
    ids=repr,
)  # fmt: skip
def test_whatever_is_not_exactly_right_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(TokenInvalid) as refused:
        check(**changed)
    assert str(refused.value) == "The launch token is not valid."


@pytest.mark.parametrize("shift_s", [0, 599, 600, 659])
def test_a_token_lives_until_its_end_and_the_skew(shift_s: int) -> None:
    assert check(iat=NOW - shift_s, exp=NOW - shift_s + 600).expires_s == NOW - shift_s + 600


@pytest.mark.parametrize("shift_s", [660, 661, 10_000])
def test_after_that_it_has_expired(shift_s: int) -> None:
    with pytest.raises(TokenExpired):
        check(iat=NOW - shift_s, exp=NOW - shift_s + 600)


def test_a_clock_that_runs_ahead_by_a_minute_is_forgiven() -> None:
    assert check(iat=NOW + 60, exp=NOW + 61, nbf=NOW + 60).issued_s == NOW + 60


@given(st.text() | st.text("eyJ.-_AZaz09", max_size=200))
def test_any_text_is_taken_apart_or_refused(text: str) -> None:
    with pytest.raises(TokenInvalid):
        take_apart(text)
