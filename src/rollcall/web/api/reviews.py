"""What a participant's players prove, and a reviewer's word on the part of it that is unverified."""

from collections.abc import Sequence
from typing import Any

from litestar import get, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET

from rollcall.actions import reviews as actions
from rollcall.domain.credit import Watching
from rollcall.domain.ids import PlayNo
from rollcall.domain.rules import Rules
from rollcall.store import reviewed_plays, reviews
from rollcall.store.database import Connection
from rollcall.store.reviewed_plays import MarkRow, PlayRow, SpanRow
from rollcall.store.reviews import Review
from rollcall.web.auth import Known
from rollcall.web.deps import Given
from rollcall.web.paging import DEFAULT_LIMIT, Cursor, Limit, Page, after, page
from rollcall.web.paths import user_id as user_id_of
from rollcall.web.personal import Include, included
from rollcall.wire.api.reviews import MarkOut, NewReview, PlayOut, ReviewOut, SpanOut
from rollcall.wire.api.values import past_window_ms, rfc3339

PATH = "/media/{code:str}/participants/{user_id:str}/reviews"


@post(PATH, opt={"scope": "control"}, summary="Review unverified time")
async def add_review(
    code: FromPath[str], user_id: FromPath[str], data: JSONBody[NewReview], deps: Given, caller: Known
) -> ReviewOut:
    """Say, with a reason, whether a participant's unverified time in a window counts; the latest word holds."""
    now_ms = deps.clock.now_ms()
    window_ms = past_window_ms(data.start, data.end, now_ms)
    made = await actions.review(
        deps.db,
        caller.project_no,
        code,
        user_id_of(user_id),
        window_ms,
        data.counts,
        data.reason,
        caller.actor,
        now_ms,
    )
    return _shown(made)


@get(PATH, opt={"scope": "control"}, summary="Reviews of a participant")
async def list_reviews(
    code: FromPath[str],
    user_id: FromPath[str],
    deps: Given,
    caller: Known,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[ReviewOut]:
    """Return reviews in the order of their making."""
    start, who = after(cursor), user_id_of(user_id)

    def read(conn: Connection) -> list[Review]:
        of = actions.require(conn, caller.project_no, code, who)
        return reviews.reviews_after(conn, of, start, limit + 1)

    return page(await deps.db.read(read), limit, lambda row: row.no, _shown)


@get(
    "/media/{code:str}/participants/{user_id:str}/evidence",
    opt={"scope": "statistics"},
    summary="Evidence of a participant, play by play",
)
async def read_evidence(
    code: FromPath[str],
    user_id: FromPath[str],
    deps: Given,
    caller: Known,
    include: Include = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Page[PlayOut]:
    """Return every opened player of a participant with its spans and marks, as they are judged."""
    start, who, personal = after(cursor), user_id_of(user_id), included(caller, include)

    def read(conn: Connection) -> Page[PlayOut]:
        of = actions.require(conn, caller.project_no, code, who)
        plays = reviewed_plays.plays_after(conn, of, start, limit + 1)
        numbers: list[PlayNo] = [play.no for play in plays[:limit]]
        spans, marks = reviewed_plays.spans_of(conn, numbers), reviewed_plays.marks_of(conn, numbers)
        return page(
            plays,
            limit,
            lambda play: play.no,
            lambda play: _play(
                play, spans.get(play.no, []), marks.get(play.no, []), personal, deps.settings.rules
            ),
        )

    return await deps.db.read_long(caller.project_no, read)


def _shown(row: Review) -> ReviewOut:
    return ReviewOut(
        id=row.code,
        start=rfc3339(row.from_ms),
        end=rfc3339(row.to_ms),
        counts=row.counts,
        reason=row.reason,
        actor=row.actor,
        created_at=rfc3339(row.created_ms),
    )


def _play(
    row: PlayRow, spans: Sequence[SpanRow], marks: Sequence[MarkRow], personal: frozenset[str], rules: Rules
) -> PlayOut:
    identity: Any = row.identity
    return PlayOut(
        play=row.code,
        identity=identity,
        opened_at=rfc3339(row.opened_ms),
        last_arrival_at=rfc3339(row.last_arrival_ms),
        rows=row.applied,
        rejected=row.rejected,
        lost=row.lost,
        spans=[_span(span, rules) for span in spans],
        marks=[_mark(mark) for mark in marks],
        ip=row.ip if "ip" in personal else UNSET,
        user_agent=row.user_agent if "user_agent" in personal else UNSET,
    )


def _span(row: SpanRow, rules: Rules) -> SpanOut:
    return SpanOut(
        start=rfc3339(row.start_ms),
        end=rfc3339(row.end_ms),
        state=row.state,
        visible=row.visible,
        muted=row.muted,
        rate=row.rate,
        late=row.late,
        unverified=row.unverified,
        grade=actions.grade_of(_watching(row), rules),
        content_from_ms=row.content_from_ms,
        content_to_ms=row.content_to_ms,
        first_arrival_at=rfc3339(row.first_arrival_ms),
        last_arrival_at=rfc3339(row.last_arrival_ms),
        bound_ms=row.bound_ms,
    )


def _watching(row: SpanRow) -> Watching:
    return Watching(
        media_no=row.media_no,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        signed=True,
        state=row.state,
        unverified=row.unverified,
        late=row.late,
        rate=row.rate,
        content_from_ms=row.content_from_ms,
        content_to_ms=row.content_to_ms,
    )


def _mark(row: MarkRow) -> MarkOut:
    return MarkOut(
        mark=row.mark,
        check_id=row.check_code,
        at=rfc3339(row.at_ms),
        arrival_at=rfc3339(row.arrival_ms),
        visible=row.visible,
        trusted=row.trusted,
        pointer=row.pointer,
        answer=row.answer,
        bound_ms=row.bound_ms,
    )


handlers = [add_review, list_reviews, read_evidence]
