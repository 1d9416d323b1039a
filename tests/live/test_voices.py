"""Whom the server hears: connections of one participant together are one voice."""

from rollcall.domain.ids import ProjectNo, UserId
from rollcall.domain.outages import LONGEST_MS, NOTICED_MS, Voice
from rollcall.live.voices import Participant, Voices

ANNA = Participant(ProjectNo(1), UserId("anna"))
NAMESAKE = Participant(ProjectNo(2), UserId("anna"))


def anna(voices: Voices, now_ms: int) -> Voice:
    return voices.by_project(now_ms)[ANNA.project_no][ANNA.user_id]


def test_a_participant_is_lost_only_with_the_last_connection() -> None:
    voices = Voices()
    voices.joined(ANNA, 10)
    voices.joined(NAMESAKE, 15)
    voices.joined(ANNA, 20)
    voices.heard(ANNA, 30)
    voices.parted(ANNA, 40, goodbye=False)
    assert voices.by_project(40) == {1: {"anna": Voice(10, 30)}, 2: {"anna": Voice(15, 15)}}
    voices.parted(ANNA, 50, goodbye=False)
    assert anna(voices, 50) == Voice(10, 30, lost=True)
    voices.joined(ANNA, 60)
    assert anna(voices, 60) == Voice(10, 60)


def test_who_says_goodbye_is_remembered_for_a_while_and_begins_anew() -> None:
    voices = Voices()
    voices.joined(ANNA, 10)
    voices.parted(ANNA, 40, goodbye=True)
    assert anna(voices, 40 + NOTICED_MS) == Voice(10, 10, left_ms=40)
    assert voices.by_project(41 + NOTICED_MS) == {}
    voices.joined(ANNA, 90_000)
    voices.parted(ANNA, 90_001, goodbye=True)
    voices.joined(ANNA, 90_002)
    assert anna(voices, 90_002) == Voice(90_002, 90_002)


def test_who_is_lost_is_waited_for_as_long_as_a_silence_may_last() -> None:
    voices = Voices()
    voices.joined(ANNA, 10)
    voices.parted(ANNA, 40, goodbye=False)
    assert anna(voices, 10 + LONGEST_MS) == Voice(10, 10, lost=True)
    assert voices.by_project(11 + LONGEST_MS) == {}


def test_an_open_connection_is_never_forgotten_however_silent() -> None:
    voices = Voices()
    voices.joined(ANNA, 10)
    assert anna(voices, 10 * LONGEST_MS) == Voice(10, 10)
