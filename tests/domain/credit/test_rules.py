"""Every rule of the count by an example, in seconds of one morning."""

from dataclasses import replace
from typing import Any

from rollcall.domain.checks.policy import Stop
from rollcall.domain.credit import Credit, Listed, Session, Share, Standing, Watching, credit
from rollcall.domain.credit.spans import ONLY
from rollcall.domain.ids import MediaNo, UserId
from rollcall.domain.intervals import Interval
from rollcall.domain.rules import PUBLISHED, Rules
from rollcall.domain.sessions import FOREVER_MS, ContentWindow, WallWindow

HALL, OTHER, FILM = MediaNo(1), MediaNo(2), MediaNo(3)
T0 = 1_772_355_600_000
NOW = 36_000
HOUR: list[Session] = [(HALL, WallWindow(T0, T0 + 3_600_000))]


def span(start: int, end: int, *, media: MediaNo = HALL, signed: bool = True, **other: Any) -> Watching:
    """Make a span of seconds; its content advances with the clock from five seconds behind it."""
    values: dict[str, Any] = {
        "content_from_ms": T0 + start * 1000 - 5_000,
        "content_to_ms": T0 + end * 1000 - 5_000,
    }
    return Watching(media, T0 + start * 1000, T0 + end * 1000, signed, **(values | other))


def of_film(start: int, end: int, first: int, last: int, **other: Any) -> Watching:
    """Make a span of a recording: seconds of the clock, and of its content."""
    rate = (last - first) / (end - start)
    return span(
        start,
        end,
        media=FILM,
        on_air=False,
        rate=rate,
        content_from_ms=first * 1000,
        content_to_ms=last * 1000,
        **other,
    )


def seconds(first: int, last: int) -> Interval:
    return Interval(T0 + first * 1000, T0 + last * 1000)


def count(
    *spans: Watching,
    sessions: list[Session] = HOUR,
    standing: Standing = Standing(),  # noqa: B008
    rules: Rules = PUBLISHED,
) -> Share:
    """Return the total in seconds."""
    found = credit(spans, sessions, T0 + NOW * 1000, standing, rules).total
    return Share(
        *(ms // 1000 for ms in (found.watched_ms, found.recovered_ms, found.unverified_ms, found.voided_ms))
    )


def test_late_time_with_content_in_step_is_recovered() -> None:
    assert count(span(0, 600), span(600, 1200, late=True)) == Share(1200, 600)


def test_late_time_whose_content_stood_still_or_ran_is_not() -> None:
    still = span(600, 1200, late=True, content_to_ms=T0 + 605_000)
    assert count(span(0, 600), still) == Share(600, 0, 600)
    assert count(span(0, 600), replace(still, content_to_ms=T0 + 1_900_000)) == Share(600, 0, 600)


def test_late_time_of_an_epoch_that_was_never_mapped_is_not() -> None:
    assert count(span(0, 600), span(600, 1200, late=True, unverified=True)) == Share(600, 0, 600)


def test_a_gap_gives_fifteen_minutes_the_earliest() -> None:
    hours: list[Session] = [(HALL, WallWindow(T0, T0 + 4 * 3_600_000))]
    late = span(600, 1800, late=True)
    assert count(late, sessions=hours) == Share(900, 900, 300)
    cut: list[Session] = [(HALL, WallWindow(T0, T0 + 1_500_000)), (HALL, WallWindow(T0 + 1_500_000, None))]
    found = credit([late], cut, T0 + NOW * 1000, rules=Rules(late_percent=100)).sessions
    assert [share.watched_ms for share in found] == [900_000, 0]


def test_a_live_report_in_any_state_begins_a_new_gap() -> None:
    hours: list[Session] = [(HALL, WallWindow(T0, T0 + 4 * 3_600_000))]
    late = [span(0, 900, late=True), span(901, 1801, late=True)]
    assert count(*late, sessions=hours) == Share(900, 900, 900)
    assert count(*late, span(900, 901, state="paused"), sessions=hours) == Share(1800, 1800)
    assert count(late[0], replace(late[1], play=1), sessions=hours) == Share(1800, 1800)


def test_a_media_takes_a_quarter_of_all_its_sessions_together() -> None:
    late = [span(at, at + 600, late=True, play=at) for at in (0, 1200, 2400)]
    assert count(*late) == Share(900, 900, 900)
    cut: list[Session] = [(HALL, WallWindow(T0, T0 + 5_000)), (HALL, WallWindow(T0 + 5_000, T0 + 3_600_000))]
    assert count(*late, sessions=cut) == Share(900, 900, 900)
    found = credit(late, cut, T0 + NOW * 1000).sessions
    assert [share.watched_ms for share in found] == [5_000, 895_000]


def test_each_media_has_its_own_room() -> None:
    halls: list[Session] = [(no, WallWindow(T0, T0 + 400_000)) for no in (HALL, OTHER)]
    late = [span(0, 200, late=True), span(200, 400, media=OTHER, late=True, play=1)]
    assert count(*late, sessions=halls) == Share(200, 200, 200)
    assert count(*late, replace(late[1], media_no=HALL, play=2), sessions=halls) == Share(200, 200, 200)
    assert count(*late, replace(late[0], media_no=OTHER, play=2), sessions=halls) == Share(200, 200, 200)


def test_late_time_that_is_proven_live_elsewhere_uses_up_nothing() -> None:
    late = [span(0, 1200, late=True), span(0, 600, play=1)]
    assert count(*late) == Share(1200, 600)
    hidden = [late[0], replace(late[1], visible=False)]
    assert count(*hidden, standing=Standing(hidden_counts=False)) == Share(900, 900, 300)


def test_an_outage_has_no_cap_and_uses_none_up() -> None:
    late = span(0, 3600, late=True)
    assert count(late) == Share(900, 900, 2700)
    outage = Standing(outages={HALL: (seconds(300, 1500),)})
    assert count(late, standing=outage) == Share(2100, 2100, 1500)
    elsewhere = Standing(outages={OTHER: (seconds(300, 1500),)})
    assert count(late, standing=elsewhere) == Share(900, 900, 2700)


def test_what_fits_is_the_most_not_the_first() -> None:
    """Both plays prove the first moments; the room of one is left to what it alone proves."""
    late = [span(0, 40, late=True), span(0, 20, late=True, play=1)]
    assert count(*late, rules=Rules(gap_ms=20_000)) == Share(40, 40)


def test_a_reviewer_promotes_unverified_time() -> None:
    late = span(0, 3600, late=True)
    assert count(late, standing=Standing(promoted={HALL: (seconds(0, 1800),)})) == Share(2700, 2700, 900)
    unmapped = span(0, 600, unverified=True)
    assert count(unmapped, standing=Standing(promoted={HALL: (seconds(0, 100),)})) == Share(100, 100, 500)
    assert count(span(0, 60), standing=Standing(promoted={HALL: (seconds(0, 100),)})) == Share(60)


def test_a_policy_voids_live_time_and_not_what_came_late() -> None:
    spans = [span(0, 600), span(600, 900, late=True)]
    assert count(*spans, standing=stopped(FOREVER_MS)) == Share(600, 300, 0, 300)


def stopped(told_ms: int, user_id: UserId = ONLY) -> Standing:
    return Standing(stops={user_id: (Stop(told_ms, seconds(300, 800)),)})


def test_a_stop_voids_only_the_user_id_that_was_told_of_it() -> None:
    """Anna's page in one hall says that time is stopped; her page in another, under another ID, says that it counts."""
    one, other = UserId("anna|one"), UserId("anna|two")
    here = span(0, 600, user_id=one)
    there = [span(200, 500, user_id=other, play=1), span(500, 700, user_id=other, play=1, late=True)]
    assert count(here, standing=stopped(T0 + 400_000, one)) == Share(300, 0, 0, 300)
    assert count(here, *there, standing=stopped(T0 + 400_000, one)) == Share(700, 200, 0, 0)
    assert count(here, *there, standing=stopped(T0 + 400_000, other)) == Share(600, 0, 100, 0)
    film: list[Session] = [(FILM, ContentWindow(0, 900_000))]
    seen = [
        of_film(0, 600, 0, 600, user_id=one),
        of_film(300, 500, 600, 800, user_id=other, play=1),
        of_film(500, 900, 800, 900, user_id=other, play=1),
    ]
    assert count(seen[0], sessions=film, standing=stopped(0, one)) == Share(300, 0, 0, 300)
    assert count(*seen, sessions=film, standing=stopped(0, one)).watched_ms == 600


def test_who_was_told_of_a_stop_recovers_nothing_by_losing_the_network() -> None:
    late = span(600, 900, late=True)

    def standing(told: int) -> Standing:
        return stopped(T0 + told * 1000)

    assert count(span(0, 600), late, standing=standing(told=600)) == Share(400, 100, 200, 300)
    assert count(span(0, 600), late, standing=standing(told=601)) == Share(600, 300, 0, 300)
    assert count(span(0, 600), replace(late, play=1), standing=standing(told=600)) == Share(600, 300, 0, 300)
    film: list[Session] = [(FILM, ContentWindow(0, 900_000))]
    seen = [of_film(0, 600, 0, 600), of_film(600, 900, 600, 900, late=True)]
    assert count(*seen, sessions=film, standing=standing(told=600)).recovered_ms == 100
    assert count(*seen, sessions=film, standing=standing(told=601)).recovered_ms == 225


def test_who_displays_no_prompts_is_unverified() -> None:
    spans = [span(0, 600), span(600, 900, late=True)]
    standing = Standing(disbelieved=(seconds(300, 800),))
    assert count(*spans, standing=standing) == Share(400, 100, 500)
    promoted = replace(standing, promoted={HALL: (seconds(0, 400),)})
    assert count(*spans, standing=promoted) == Share(500, 200, 400)


def test_hidden_time_counts_unless_the_event_says_otherwise() -> None:
    spans = [span(0, 600, visible=False), span(500, 700, play=1)]
    assert count(*spans) == Share(700)
    assert count(*spans, standing=Standing(hidden_counts=False)) == Share(200)


def test_time_far_behind_the_broadcast_counts_only_if_the_event_says_so() -> None:
    behind = span(600, 700, content_from_ms=T0 + 539_000, content_to_ms=T0 + 639_000)
    assert count(behind) == Share(0)
    assert count(behind, standing=Standing(behind_counts=True)) == Share(100)
    assert count(replace(behind, content_to_ms=T0 + 641_000)) == Share(100)
    assert count(replace(behind, content_from_ms=0, content_to_ms=100_000)) == Share(100)
    assert count(replace(behind, on_air=False)) == Share(100)


def test_a_recording_is_worth_the_shorter_of_clock_and_content() -> None:
    film: list[Session] = [(FILM, ContentWindow(60_000, 660_000)), (FILM, ContentWindow(900_000, 1_500_000))]
    assert count(of_film(0, 600, 60, 660), sessions=film) == Share(600)
    assert count(of_film(0, 300, 60, 660), sessions=film) == Share(300)
    assert count(of_film(0, 1200, 60, 660), sessions=film) == Share(600)
    assert count(of_film(0, 1440, 60, 1500), sessions=film) == Share(1200)
    assert count(of_film(0, 720, 60, 1500), sessions=film) == Share(600)


def test_a_loop_earns_its_content_once_and_two_tabs_the_clock_once() -> None:
    film: list[Session] = [(FILM, ContentWindow(0, 600_000))]
    loop = [of_film(at, at + 30, 100, 130) for at in range(0, 600, 30)]
    assert count(*loop, sessions=film) == Share(30)
    tabs = [of_film(0, 300, 0, 300), of_film(0, 300, 300, 600, play=1)]
    assert count(*tabs, sessions=film) == Share(300)
    assert count(*tabs, of_film(300, 500, 0, 200), sessions=film) == Share(500)


def test_late_time_of_a_recording_has_the_same_caps() -> None:
    film: list[Session] = [(FILM, ContentWindow(0, 4_000_000))]
    assert count(of_film(0, 1000, 0, 1000, late=True), sessions=film) == Share(900, 900, 100)
    short: list[Session] = [(FILM, ContentWindow(0, 1_000_000))]
    assert count(of_film(0, 500, 0, 500, late=True), sessions=short) == Share(250, 250, 250)
    outage = Standing(outages={FILM: (seconds(0, 400),)})
    assert count(of_film(0, 500, 0, 500, late=True), sessions=short, standing=outage) == Share(500, 500)


def test_chapters_of_a_recording_share_their_room() -> None:
    chapters: list[Session] = [(FILM, ContentWindow(0, 500_000)), (FILM, ContentWindow(500_000, 1_000_000))]
    late = of_film(0, 500, 0, 500, late=True)
    found = credit([late], chapters, T0 + NOW * 1000)
    assert found.total == found.sessions[0] == Share(250_000, 250_000, 250_000)
    both = credit([late, of_film(500, 700, 500, 700, late=True)], chapters, T0 + NOW * 1000)
    assert both.total == Share(250_000, 250_000, 450_000)
    assert both.sessions == (Share(250_000, 250_000, 250_000), Share(0, 0, 200_000))


def test_a_recording_watched_beside_a_hall_earns_the_clock_once() -> None:
    both: list[Session] = [*HOUR, (FILM, ContentWindow(0, 600_000))]
    found = credit([span(0, 600), of_film(300, 900, 0, 600)], both, T0 + NOW * 1000)
    assert found == Credit(
        Share(900_000),
        0,
        (Share(600_000), Share(600_000)),
        {HALL: Share(600_000), FILM: Share(600_000)},
        Listed(),
    )


def test_plain_time_is_what_no_signed_play_proves() -> None:
    spans = [span(0, 60, signed=False), span(40, 100, play=1)]
    found = credit(spans, [(HALL, WallWindow(T0 + 10_000, T0 + 90_000))], T0 + NOW * 1000)
    assert (found.watched_ms, found.watched_plain_ms) == (80_000, 30_000)


def test_an_open_session_reaches_to_now() -> None:
    found = credit([span(0, 100)], [(HALL, WallWindow(T0 + 50_000, None))], T0 + 60_000)
    assert found.watched_ms == 10_000


def test_what_is_listed_beside_changes_no_credit() -> None:
    spans = [
        span(0, 100),
        span(50, 150, play=1, visible=False, muted=True),
        span(60, 70, play=2, late=True),
        span(100, 120, state="paused"),
        span(110, 130, play=2, state="paused"),
        span(140, 200, play=2, state="stalled"),
        span(200, 300, content_from_ms=T0, content_to_ms=T0 + 100_000, muted=True),
    ]
    found = credit(spans, [(HALL, WallWindow(T0, T0 + 250_000))], T0 + NOW * 1000)
    assert found.listed == Listed(
        hidden_ms=100_000,
        muted_ms=150_000,
        paused_ms=30_000,
        stalled_ms=60_000,
        behind_ms=50_000,
        overlap_ms=50_000,
    )
    assert found.watched_ms == 150_000
    film: list[Session] = [(FILM, ContentWindow(100_000, 200_000))]
    still = [
        span(0, 50, media=FILM, state="paused", content_from_ms=150_000, content_to_ms=150_000),
        span(50, 90, media=FILM, state="paused", content_from_ms=200_000, content_to_ms=200_000),
        of_film(90, 190, 50, 150, muted=True),
    ]
    assert credit(still, film, T0 + NOW * 1000).listed == Listed(paused_ms=50_000, muted_ms=50_000)
