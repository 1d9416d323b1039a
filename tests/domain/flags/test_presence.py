"""Two places at once, connections that break at prompts, prompts kept from view, playing without a picture."""

from typing import Any

import pytest

from rollcall.domain.flags.presence import Stretch, dodged, judge_devices, unfetched_ms, unshown
from rollcall.domain.ids import MediaNo, PlayNo

S = 1_000


def stretch(start_s: float, end_s: float, **other: Any) -> Stretch:
    values: dict[str, Any] = {
        "play_no": 1, "media_no": 1, "opened_ms": 0, "address": "192.0.2.1", "playing": True, "visible": True,
        "live": True,
    } | other  # fmt: skip
    return Stretch(
        PlayNo(values["play_no"]),
        MediaNo(values["media_no"]),
        values["opened_ms"],
        values["address"],
        round(start_s * S),
        round(end_s * S),
        playing=values["playing"],
        visible=values["visible"],
        live=values["live"],
    )


@pytest.mark.parametrize(
    ("address", "flagged"),
    [
        ("198.51.100.7", True),
        ("192.0.2.1", False),
        ("2001:db8::1", False),  # may be the same browser's
        ("no address", False),
    ],
)
def test_two_places_at_once(address: str, flagged: bool) -> None:
    sign = judge_devices([stretch(0, 600), stretch(300, 900, address=address)])
    assert (sign is not None) == flagged
    if sign is not None:
        assert (sign.count, sign.first_ms, sign.last_ms) == (1, 300 * S, 600 * S)
        assert sign.detail == {"addresses": 2, "overlap_ms": 300 * S}


def test_one_network_is_one_place_and_moving_on_is_no_second_one() -> None:
    home = [stretch(0, 600, address="2001:db8::1"), stretch(0, 600, address="2001:db8::2")]
    assert judge_devices(home) is None
    assert judge_devices([stretch(0, 600, address="2001:db8::1"), stretch(0, 600, address="2001:db8:9::1")])
    assert judge_devices([stretch(0, 600), stretch(480, 900, address="198.51.100.7")]) is None
    assert judge_devices([stretch(0, 600), stretch(0, 600, address="198.51.100.7", playing=False)]) is None


ISSUED = 100 * S


@pytest.mark.parametrize(
    ("reports", "away"),
    [
        ([(0, 95), (300, 400)], (95 * S, 300 * S)),
        ([(0, 105), (300, 400)], (100 * S, 300 * S)),
        ([(0, 85), (300, 400)], None),  # gone before it was issued
        ([(0, 120), (300, 400)], None),  # was there
        ([(0, 98), (112, 400)], None),  # a moment only
        ([(0, 98)], None),  # left for good
        ([(0, 50), (52, 98), (98, 99), (200, 300)], (99 * S, 200 * S)),
    ],
)
def test_a_connection_that_breaks_at_a_prompt(
    reports: list[tuple[int, int]], away: tuple[int, int] | None
) -> None:
    assert dodged(ISSUED, [stretch(*report) for report in reports]) == away


def test_what_a_journal_brings_later_is_no_report_of_the_time() -> None:
    late = stretch(98, 300, live=False)
    assert dodged(ISSUED, [stretch(0, 98), late, stretch(300, 400)]) is not None
    assert dodged(ISSUED, [stretch(0, 98), stretch(90, 400, play_no=2), stretch(300, 400)]) is None


@pytest.mark.parametrize(
    ("after", "kept_from_view"),
    [
        (stretch(90, 120), True),
        (stretch(90, 119), False),
        (stretch(90, 200, visible=False), False),
        (stretch(90, 200, live=False), False),
        (stretch(110, 200, opened_ms=101 * S), False),
        (stretch(90, 200, playing=False), True),
        (stretch(121, 400), False),  # came back, perhaps after the prompt had ended
    ],
)
def test_a_prompt_kept_from_view(after: Stretch, kept_from_view: bool) -> None:
    assert unshown(ISSUED, [after]) == kept_from_view


@pytest.mark.parametrize(
    ("now_s", "playing_until_s", "fetched_s", "claimed_s"),
    [
        (41, 40, None, 0),
        (42, 30, None, 0),
        (43, 31, None, 31),
        (100, 100, 27, 73),
        (100, 100, 29, 0),
        (100, 80, 27, 0),  # what was fetched before may play for a while
    ],
)
def test_playing_without_a_picture(
    now_s: int, playing_until_s: int, fetched_s: int | None, claimed_s: int
) -> None:
    fetched_ms = None if fetched_s is None else fetched_s * S
    assert unfetched_ms([stretch(0, playing_until_s)], 0, fetched_ms, now_s * S) == claimed_s * S


def test_nobody_fetches_while_it_is_paused_or_before_there_is_a_picture() -> None:
    assert unfetched_ms([stretch(0, 500, playing=False)], 0, None, 500 * S) == 0
    assert unfetched_ms([stretch(0, 500)], 470 * S, None, 500 * S) == 0
