"""Signatures as receivers check them, retries by the clock, and what is told of a change."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollcall.base.secrets import new_webhook_secret
from rollcall.domain.webhooks.changes import of_check, of_media, of_session, of_signal, session_state
from rollcall.domain.webhooks.kinds import KINDS, PERSONAL, told_as, types_of
from rollcall.domain.webhooks.retries import GIVE_UP_MS, JITTER, is_accepted, most_attempts, wait_ms
from rollcall.domain.webhooks.signature import headers, sign

HOUR_MS = 3_600_000


def test_a_signature_is_the_one_of_the_published_example() -> None:
    """The example of the Standard Webhooks libraries: a third party's numbers."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signature = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_signature_covers_id_time_and_body_and_both_secrets_sign() -> None:
    first, second = new_webhook_secret(), new_webhook_secret()
    made = headers((first, second), "id1", 1000, b"body")
    assert (made["webhook-id"], made["webhook-timestamp"]) == ("id1", "1000")
    keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in (first, second)]
    assert [len(key) for key in keys] == [32, 32]
    wanted = [hmac.new(key, b"id1.1000.body", hashlib.sha256).digest() for key in keys]
    assert made["webhook-signature"].split() == ["v1," + base64.b64encode(mac).decode() for mac in wanted]
    of_others = {
        sign(first, "id2", 1000, b"body"),
        sign(first, "id1", 1001, b"body"),
        sign(first, "id1", 1000, b"b"),
    }
    assert sign(first, "id1", 1000, b"body") not in of_others


def test_v1_waits_longer_each_time_and_ends_within_what_is_kept() -> None:
    waits = [wait_ms("v1", attempt, 0) for attempt in range(1, most_attempts("v1") + 1)]
    assert waits[:3] == [10_000, 30_000, 120_000]
    assert waits[-1] is None
    known = [wait for wait in waits if wait is not None]
    assert known == sorted(set(known))
    assert len(known) == 10
    assert 40 * HOUR_MS < sum(known) < (1 + JITTER) * sum(known) < GIVE_UP_MS
    assert wait_ms("v1", 1, 0.5) == 11_000


def test_boomstreams_rule_is_ten_minutes_and_three_attempts() -> None:
    assert [wait_ms("boomstream", attempt, 0.9) for attempt in (1, 2, 3)] == [600_000, 600_000, None]
    assert [status for status in (200, 201, 204, 302, 404, 500) if is_accepted("boomstream", status)] == [200]
    assert [status for status in (200, 201, 204, 302, 404, 500) if is_accepted("v1", status)] == [
        200,
        201,
        204,
    ]


def test_formats_have_their_own_words() -> None:
    assert types_of("v1") == KINDS
    assert types_of("boomstream") == ("live.started", "live.stopped")
    assert told_as("boomstream", "media.live") is None
    assert set(KINDS) > PERSONAL


@pytest.mark.parametrize(
    ("told", "state", "kinds"),
    [
        ("planned", "planned", ()),
        ("planned", "live", ("media.live",)),
        ("planned", "ended", ("media.ended",)),
        ("live", "ended", ("media.ended",)),
        ("ended", "live", ("media.live",)),
        ("live", "planned", ()),
        ("ended", "ended", ()),
    ],
)
def test_a_media_is_told_when_it_changes(told: str, state: str, kinds: tuple[str, ...]) -> None:
    assert of_media(told, state) == kinds  # type: ignore[arg-type]


def test_an_encoder_is_known_by_when_it_came() -> None:
    cases = [of_signal(None, None), of_signal(None, 5), of_signal(5, 5), of_signal(5, None), of_signal(5, 7)]
    assert cases == [(), ("signal.on",), (), ("signal.off",), ("signal.off", "signal.on")]


def test_a_session_runs_from_its_start_to_its_end_or_removal() -> None:
    def state(now_ms: int, ends_ms: int | None = 20, removed_ms: int | None = None) -> str:
        return session_state(now_ms, starts_ms=10, ends_ms=ends_ms, removed_ms=removed_ms)

    assert [state(9), state(10), state(19), state(20), state(99, None)] == [
        "planned", "running", "running", "over", "running",
    ]  # fmt: skip
    assert state(5, removed_ms=3) == "over"


def test_what_never_ran_is_not_told() -> None:
    assert of_session("planned", "running", never_ran=False) == ("session.started",)
    assert of_session("planned", "over", never_ran=False) == ("session.started", "session.stopped")
    assert of_session("planned", "over", never_ran=True) == ()
    assert of_session("running", "over", never_ran=True) == ("session.stopped",)
    assert of_session("over", "running", never_ran=False) == ("session.started",)
    assert of_session("running", "planned", never_ran=False) == ("session.stopped",)
    assert of_session("over", "planned", never_ran=False) == ()
    assert of_check("planned", "issued", was_issued=True) == ("check.issued",)
    assert of_check("planned", "closed", was_issued=True) == ("check.issued", "check.closed")
    assert of_check("issued", "cancelled", was_issued=True) == ("check.closed",)
    assert of_check("planned", "cancelled", was_issued=False) == ()


moments = st.integers(0, 50)


@given(st.lists(st.tuples(moments, moments, st.none() | moments, st.none() | moments), max_size=30))
def test_whatever_becomes_of_a_session_it_starts_and_stops_in_turn(
    changes: list[tuple[int, int, int | None, int | None]],
) -> None:
    """Each tuple: how long later, and start, end and removal as they are then."""
    now_ms, told = 0, "planned"
    said: list[str] = []
    for later_ms, starts_ms, ends_ms, removed_ms in changes:
        now_ms += later_ms
        state = session_state(now_ms, starts_ms=starts_ms, ends_ms=ends_ms, removed_ms=removed_ms)
        said += of_session(told, state, never_ran=False)  # type: ignore[arg-type]
        told = state
    assert said == ["session.started", "session.stopped"] * (len(said) // 2) + ["session.started"] * (
        len(said) % 2
    )
    assert (len(said) % 2 == 1) == (told == "running")
