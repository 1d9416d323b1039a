"""The life of prompts: asked, answered by marks, ended; and what players are told of it.

Functions that take a connection work in the caller's transaction and return what is to be published after its commit.
How a prompt stands is decided by `domain/checks/resolve`, when it is asked by the checks and their plan.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from rollcall.base.crash_points import reach
from rollcall.domain.checks.marks import MarkRow
from rollcall.domain.checks.outcome import Final, PromptOutcome, Resolution, State, may_become
from rollcall.domain.checks.resolve import Prompt, resolve
from rollcall.domain.ids import CheckId, MediaNo, UserId
from rollcall.live.hub import Hub
from rollcall.store import checks, prompts
from rollcall.store import open_prompts as open_rows
from rollcall.store.checks import Check
from rollcall.store.database import Connection, Database
from rollcall.store.marks import heard_of, marks_of
from rollcall.store.open_prompts import Outstanding
from rollcall.store.prompts import Asked, Ended
from rollcall.wire import viewer_out

LEAST_LEFT_MS = 5_000  # who joins a check with less left is not asked any more
RESEND_AFTER_MS = 8_000

__all__ = [
    "PromptOutcome",
    "apply_marks",
    "cancel",
    "deliver",
    "has_work",
    "open_prompts",
    "publish",
    "resend",
    "settle",
]


def apply_marks(conn: Connection, marks: Sequence[MarkRow], now_ms: int) -> list[PromptOutcome]:
    """Decide the prompts that these marks speak of, in the transaction that makes the marks durable.

    Applying the same marks again changes nothing. Returns the prompts that have ended now.
    """
    if not marks:
        return []
    return _decide(conn, prompts.hold_answered(conn, marks), marks, now_ms)


def settle(conn: Connection, now_ms: int, media_no: MediaNo | None = None) -> list[PromptOutcome]:
    """End the open prompts (of one media) whose time is over or whose session has ended."""
    return _decide(conn, prompts.hold_decidable(conn, now_ms, media_no), (), now_ms)


def has_work(conn: Connection, now_ms: int) -> bool:
    """Tell whether `settle` would change anything: a read, so that nobody who writes waits for it in vain."""
    return bool(_changes(conn, prompts.list_decidable(conn, now_ms), (), now_ms))


def cancel(conn: Connection, check: Check, now_ms: int) -> list[PromptOutcome]:
    """Cancel the open prompts of a check."""
    asked = prompts.hold_open(conn, check.no)
    prompts.change_prompts(
        conn,
        [
            Ended(row.check_no, row.user_id, "cancelled", row.received_ms, row.shown_ms, None, now_ms, False)
            for row in asked
        ],
    )
    return [PromptOutcome(row.media_no, row.user_id, row.check, "cancelled", now_ms) for row in asked]


def publish(hub: Hub, outcomes: Iterable[PromptOutcome]) -> None:
    """Tell every play of these participants that their prompt has ended; call it after the commit."""
    ordered = sorted(outcomes, key=_same_message)
    for (media_no, check, outcome, at_ms), group in groupby(ordered, key=_same_message):
        payload = viewer_out.encode(viewer_out.PromptClosed(check, outcome, at_ms))
        hub.send_users(media_no, [ended.user_id for ended in group], payload)


def deliver(hub: Hub, check: Check, users: Iterable[UserId], lifetime_ms: int, now_ms: int) -> None:
    """Send a check just issued to every play of these participants; encoded once. Call it after the commit."""
    reach("prompt.after_issue")
    message = viewer_out.Prompt(
        check=check.id,
        kind=check.kind,
        text=check.text,
        sound=check.sound,
        lifetime_ms=lifetime_ms,
        left_ms=lifetime_ms,
        issued_at_ms=now_ms,
    )
    hub.send_users(check.media_no, users, viewer_out.encode(message))
    reach("prompt.after_delivery")


async def open_prompts(
    db: Database, media_no: MediaNo, users: Collection[UserId], now_ms: int
) -> dict[UserId, list[viewer_out.Prompt]]:
    """Return what plays of these participants that connect now have to show, with the time that is left.

    Who joins while a check runs is asked it too; that is durable when this returns.
    """

    def read(conn: Connection) -> tuple[list[Outstanding], bool]:
        outstanding = open_rows.outstanding_of(conn, media_no, users)
        return outstanding, bool(_not_yet_asked(conn, media_no, users, now_ms))

    def join(conn: Connection) -> list[Outstanding]:
        for check, unasked in _not_yet_asked(conn, media_no, users, now_ms):
            prompts.add_prompts(conn, check, unasked, left_ms(check, now_ms), now_ms)
        return open_rows.outstanding_of(conn, media_no, users)

    outstanding, joins = await db.read(read)
    if joins:
        outstanding = await db.write(join)
    told: dict[UserId, list[viewer_out.Prompt]] = {user_id: [] for user_id in users}
    for prompt in outstanding:
        if prompt.left_ms(now_ms) > 0:
            told[prompt.user_id].append(_message(prompt, now_ms))
    return told


async def resend(db: Database, hub: Hub, now_ms: int) -> None:
    """Send every prompt again that no player has displayed since it was sent; players know one they have."""
    waiting = await db.read(lambda conn: open_rows.undisplayed(conn, now_ms - RESEND_AFTER_MS))
    alike: dict[tuple[MediaNo, bytes], list[UserId]] = {}
    for prompt in waiting:
        if prompt.left_ms(now_ms) > 0 and hub.room(prompt.media_no).of_user(prompt.user_id):
            payload = viewer_out.encode(_message(prompt, now_ms))
            alike.setdefault((prompt.media_no, payload), []).append(prompt.user_id)
    for (media_no, payload), users in alike.items():
        hub.send_users(media_no, users, payload)


def left_ms(check: Check, now_ms: int) -> int:
    """Return the lifetime that is left of an issued check for somebody who joins now."""
    assert check.issued_ms is not None
    return check.issued_ms + check.lifetime_s * 1000 - now_ms


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


def _decide(
    conn: Connection, asked: Sequence[Asked], given: Sequence[MarkRow], now_ms: int
) -> list[PromptOutcome]:
    """Resolve held prompts; store what has changed and return what has ended."""
    changed = _changes(conn, asked, given, now_ms)
    prompts.change_prompts(conn, [became for _, became in changed])
    return [
        PromptOutcome(
            prompt.media_no, prompt.user_id, prompt.check, became.state, became.confirmed_ms or now_ms
        )
        for prompt, became in changed
        if became.state != "issued"
    ]


def _changes(
    conn: Connection, asked: Sequence[Asked], given: Sequence[MarkRow], now_ms: int
) -> list[tuple[Asked, Ended]]:
    """Resolve prompts from their durable marks and the `given` ones; return those that become something else."""
    marks = marks_of(conn, asked)
    for mark in given:
        known = marks.setdefault((mark.check, mark.user_id), [])
        if mark not in known:
            known.append(mark)
    heard = heard_of(conn, {mark.play_no for found in marks.values() for mark in found})
    changed = []
    for prompt in asked:
        of_check = marks.get((prompt.check, prompt.user_id), ())
        own = [mark for mark in of_check if mark.media_no == prompt.media_no]
        rules = Prompt(prompt.issued_ms, prompt.lifetime_ms, prompt.session_ends_ms)
        became = _became(prompt, resolve(rules, own, heard, now_ms), now_ms)
        if became is not None:
            changed.append((prompt, became))
    return changed


def _became(prompt: Asked, stands: Resolution, now_ms: int) -> Ended | None:
    """Return what changes in a prompt, None when nothing does."""
    state: State = prompt.state
    if stands.outcome != "pending" and may_become(prompt.state, stands.outcome):
        state = stands.outcome
    elif (prompt.received_ms, prompt.shown_ms) == (
        stands.received_ms,
        stands.shown_ms,
    ) or prompt.state != "issued":
        return None
    return Ended(
        prompt.check_no,
        prompt.user_id,
        state,
        stands.received_ms,
        stands.shown_ms,
        stands.confirmed_ms,
        None if state == "issued" else now_ms,
        stands.late,
    )


def _message(prompt: Outstanding, now_ms: int) -> viewer_out.Prompt:
    return viewer_out.Prompt(
        check=prompt.check,
        kind=prompt.kind,
        text=prompt.text,
        sound=prompt.sound,
        lifetime_ms=prompt.lifetime_ms,
        left_ms=prompt.left_ms(now_ms),
        issued_at_ms=prompt.issued_ms,
    )


def _same_message(ended: PromptOutcome) -> tuple[MediaNo, CheckId, Final, int]:
    return ended.media_no, ended.check, ended.outcome, ended.at_ms
