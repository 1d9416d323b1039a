"""Asking participants: prompts are issued durably, then sent to every player they have, again and again until seen.

The server gives a prompt up at the end of `DELIVERY_MS` after its lifetime. A check of a plan is then replaced by the
plan; one that the organiser asked by hand is not: it counts against nobody, and they may ask again.
"""

from collections.abc import Collection, Iterable, Sequence

from rollcall.base.crash_points import reach
from rollcall.base.secrets import new_check_code
from rollcall.domain.ids import CheckId, MediaNo, UserId
from rollcall.domain.intervals import Intervals
from rollcall.live.arrivals import Offer
from rollcall.live.hub import Hub
from rollcall.store import checks, prompts
from rollcall.store import open_prompts as open_rows
from rollcall.store.checks import Check
from rollcall.store.database import Connection, Database
from rollcall.store.open_prompts import Outstanding
from rollcall.store.prompt_outages import outages_of
from rollcall.wire import viewer_out

LEAST_LEFT_MS = 10_000  # the shortest lifetime: who joins a check with less left is not asked any more
RESEND_AFTER_MS = 8_000
CODE_DIGITS = 4


def issue(conn: Connection, check: Check, users: Collection[UserId], lifetime_ms: int, now_ms: int) -> None:
    """Make prompts of a check durable; each participant's digits are drawn here."""
    codes = {user_id: new_check_code(CODE_DIGITS) for user_id in users} if check.kind == "code" else {}
    prompts.add_prompts(conn, check, users, lifetime_ms, now_ms, codes)


async def deliver(db: Database, hub: Hub, check: Check, users: Iterable[UserId], now_ms: int) -> None:
    """Send a check just issued to every play of these participants. Call it after the commit."""
    reach("prompt.after_issue")
    asked = set(users)
    waiting, outages = await db.read(
        lambda conn: _with_outages(conn, open_rows.outstanding_for(conn, check.no))
    )
    _send(hub, [prompt for prompt in waiting if prompt.user_id in asked], outages, now_ms)
    reach("prompt.after_delivery")


async def resend(db: Database, hub: Hub, now_ms: int) -> None:
    """Send every prompt again that no player has displayed since it was sent; players know one they have."""
    waiting, outages = await db.read(
        lambda conn: _with_outages(conn, open_rows.undisplayed(conn, now_ms - RESEND_AFTER_MS))
    )
    _send(hub, waiting, outages, now_ms)


async def open_prompts(
    db: Database, media_no: MediaNo, users: Collection[UserId], now_ms: int
) -> dict[UserId, list[viewer_out.Prompt]]:
    """Return what plays of these participants that connect now have to show, with the time that is left.

    Who joins while a check runs is asked it too; that is durable when this returns.
    """

    def read(conn: Connection) -> tuple[_Waiting, bool]:
        outstanding = open_rows.outstanding_of(conn, media_no, users)
        return _with_outages(conn, outstanding), bool(_not_yet_asked(conn, media_no, users, now_ms))

    def join(conn: Connection) -> _Waiting:
        for check, unasked in _not_yet_asked(conn, media_no, users, now_ms):
            issue(conn, check, unasked, left_ms(check, now_ms), now_ms)
        return _with_outages(conn, open_rows.outstanding_of(conn, media_no, users))

    (outstanding, outages), joins = await db.read(read)
    if joins:
        outstanding, outages = await db.write(join)
    told: dict[UserId, list[viewer_out.Prompt]] = {user_id: [] for user_id in users}
    for prompt in outstanding:
        if prompt.left_ms(outages[prompt.media_no], now_ms) > 0:
            told[prompt.user_id].append(_message(prompt, outages[prompt.media_no], now_ms))
    return told


def left_ms(check: Check, now_ms: int) -> int:
    """Return the lifetime that is left of an issued check for somebody who joins now."""
    assert check.issued_ms is not None
    return check.issued_ms + check.lifetime_s * 1000 - now_ms


_Waiting = tuple[Sequence[Outstanding], dict[MediaNo, Intervals]]


def _with_outages(conn: Connection, outstanding: Sequence[Outstanding]) -> _Waiting:
    scopes = {(prompt.project_no, prompt.event_no, prompt.media_no) for prompt in outstanding}
    since_ms = min((prompt.issued_ms for prompt in outstanding), default=0)
    found = outages_of(conn, scopes, since_ms)
    return outstanding, {media_no: intervals for (_, _, media_no), intervals in found.items()}


def _send(hub: Hub, waiting: Iterable[Outstanding], outages: dict[MediaNo, Intervals], now_ms: int) -> None:
    """Send prompts to whoever is connected; what reads alike is encoded once."""
    alike: dict[tuple[MediaNo, viewer_out.Prompt], list[UserId]] = {}
    for prompt in waiting:
        of_media = outages[prompt.media_no]
        if prompt.left_ms(of_media, now_ms) > 0 and hub.room(prompt.media_no).of_user(prompt.user_id):
            alike.setdefault((prompt.media_no, _message(prompt, of_media, now_ms)), []).append(prompt.user_id)
    for (media_no, message), users in alike.items():
        hub.offer_users(media_no, users, offer_of(message), viewer_out.encode(message))


def offer_of(message: viewer_out.Prompt) -> Offer:
    """Return which issue of which check a message carries."""
    return Offer(CheckId(message.check), message.issued_at_ms)


def _not_yet_asked(
    conn: Connection, media_no: MediaNo, users: Collection[UserId], now_ms: int
) -> list[tuple[Check, list[UserId]]]:
    """Return the running checks with those of these participants who are to be asked them yet."""
    running = [
        check
        for check in checks.list_running(conn, now_ms, media_no)
        if left_ms(check, now_ms) >= LEAST_LEFT_MS
    ]
    if not running:
        return []
    asked = open_rows.asked_among(conn, users, [check.no for check in running])
    unasked = [(check, [user for user in users if (check.no, user) not in asked]) for check in running]
    return [(check, users) for check, users in unasked if users]


def _message(prompt: Outstanding, outages: Intervals, now_ms: int) -> viewer_out.Prompt:
    question = prompt.question
    return viewer_out.Prompt(
        check=prompt.check,
        kind=prompt.kind,
        text=prompt.text,
        sound=prompt.sound,
        lifetime_ms=prompt.lifetime_ms,
        left_ms=prompt.left_ms(outages, now_ms),
        issued_at_ms=prompt.issued_ms,
        code=prompt.code,
        question=None if question is None else viewer_out.Question(question.text, question.choices),
    )
