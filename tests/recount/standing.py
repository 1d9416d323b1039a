"""How one participant's evidence stands beside the spans: outages, reviews, policy, and what the event lets count."""

from dataclasses import dataclass
from typing import Any

from tests.recount.stored import Prompt, Span, Stored

BEHIND_MS = 60_000
UNIX_MS = 1_000_000_000_000
UNSHOWN = 2
TOLD_WITHIN_MS = 9_000
FOREVER = 2**62
Piece = tuple[int, int]


@dataclass(frozen=True)
class Standing:
    """Stretches of server time; by media where a number is added, by User ID where a text is."""

    event: Any
    kinds: dict[int, str]
    outages: list[tuple[int | None, int, int]]
    reviews: list[tuple[int, int, int, bool]]
    voids: list[tuple[str, int, int]]
    doubts: list[tuple[int, int]]
    stops: list[tuple[str, int, int, int]]

    def moments(self) -> set[int]:
        """Return every moment at which something here begins or ends."""
        stretches = [
            *((start, end) for _, start, end in self.outages),
            *((start, end) for _, start, end, _ in self.reviews),
            *((start, end) for _, start, end in self.voids),
            *self.doubts,
        ]
        return {moment for stretch in stretches for moment in stretch}

    def may_count(self, span: Span) -> bool:
        """Tell whether a span plays, in a way that the event lets count."""
        return (
            span.state == "playing"
            and (span.visible or bool(self.event["hidden_counts"]))
            and (bool(self.event["behind_counts"]) or not self.is_behind(span))
        )

    def is_behind(self, span: Span) -> bool:
        """Tell whether a broadcast's span is far behind from beginning to end."""
        if self.kinds[span.media_no] == "recording" or span.content_from_ms < UNIX_MS:
            return False
        behind = (span.start_ms - span.content_from_ms, span.end_ms - span.content_to_ms)
        return min(behind) > BEHIND_MS

    def is_outage(self, piece: Piece, media_no: int) -> bool:
        return any(
            media in (None, media_no) and _holds((start, end), piece) for media, start, end in self.outages
        )

    def is_promoted(self, piece: Piece, media_no: int) -> bool:
        """Tell what the latest review says that covers the piece."""
        words = [
            counts
            for media, start, end, counts in self.reviews
            if media == media_no and _holds((start, end), piece)
        ]
        return bool(words) and words[-1]

    def is_voided(self, piece: Piece, user_id: str) -> bool:
        return any(of == user_id and _holds((start, end), piece) for of, start, end in self.voids)

    def is_stopped(self, piece: Piece, user_id: str, heard_ms: int) -> bool:
        """Tell whether a play of theirs that was last heard then had been told that time is stopped in the piece."""
        return any(
            of == user_id and told <= heard_ms and _holds((start, end), piece)
            for of, told, start, end in self.stops
        )

    def is_disbelieved(self, piece: Piece) -> bool:
        return any(_holds(doubt, piece) for doubt in self.doubts)


def standing_of(stored: Stored, ids: set[str], now_ms: int) -> Standing:
    """Return how a participant of these User IDs stands: what stops one of them stops no other."""
    prompts = [prompt for prompt in stored.event_prompts if prompt.user_id in ids]
    confirmed = _confirmed(prompts)
    unshown = sorted(
        p.closed_ms for p in prompts if p.is_unshown and p.state == "undelivered" and p.closed_ms is not None
    )
    stops = [stop for user_id in ids for stop in _stops(stored, user_id, now_ms)]
    return Standing(
        stored.event,
        {media["no"]: media["kind"] for media in stored.event_media},
        [(row.media_no, row.from_ms, row.to_ms) for row in stored.outages],
        [(r.media_no, r.from_ms, r.to_ms, bool(r.counts)) for r in stored.reviews if r.user_id in ids],
        [(of, start, end) for of, _, start, end in stops],
        [(at, min((c for c in confirmed if c >= at), default=FOREVER)) for at in unshown[UNSHOWN - 1 :]],
        stops,
    )


def _confirmed(prompts: list[Prompt]) -> list[int]:
    return [p.confirmed_ms for p in prompts if p.state == "confirmed" and p.confirmed_ms is not None]


def _stops(stored: Stored, user_id: str, now_ms: int) -> list[tuple[str, int, int, int]]:
    """Return what the misses of a User ID stop: whose, told when, from when, until when."""
    policy = stored.event["presence_policy"]
    prompts = [prompt for prompt in stored.event_prompts if prompt.user_id == user_id]
    confirmed = _confirmed(prompts)
    known = {
        check.code: _known_ms(prompt)
        for prompt in prompts
        for check in stored.event_checks
        if prompt.state == "missed" and prompt.check_no == check.no
    }
    resumed = [
        max(m.at_ms, known[m.check_code])
        for m in stored.event_marks
        if m.user_id == user_id and m.mark == "resume" and m.check_code in known
    ]
    stops: list[tuple[str, int, int, int]] = []
    for prompt in prompts:
        if prompt.state != "missed" or prompt.expired_ms is None or policy == "record":
            continue
        back = min((at for at in [*confirmed, *resumed] if at >= prompt.expired_ms), default=FOREVER)
        stops.append((user_id, _known_ms(prompt) + TOLD_WITHIN_MS, prompt.expired_ms, back))
        since = _playing_since(stored, user_id, prompt.check_no, now_ms)
        if policy == "void_since_last_confirmed" and since is not None:
            last = max((at for at in confirmed if at <= prompt.expired_ms), default=0)
            stops.append((user_id, 0, max(since, last), prompt.expired_ms))
    return [stop for stop in stops if stop[2] < stop[3]]


def _known_ms(missed: Prompt) -> int:
    """Return when it was decided that a prompt is missed."""
    return missed.issued_ms + missed.lifetime_ms if missed.closed_ms is None else missed.closed_ms


def _playing_since(stored: Stored, user_id: str, check_no: int, now_ms: int) -> int | None:
    """Return when this User ID first played in the session that holds the check's issue."""
    check = next(check for check in stored.event_checks if check.no == check_no)
    for session in stored.event_sessions:
        if session.media_no != check.media_no or session.starts_ms is None:
            continue
        ends = now_ms if session.ends_ms is None else session.ends_ms
        if session.starts_ms <= check.issued_ms and (
            session.ends_ms is None or check.issued_ms < session.ends_ms
        ):
            starts = [
                max(span.start_ms, session.starts_ms)
                for span in stored.event_spans
                if (span.user_id, span.media_no, span.state) == (user_id, session.media_no, "playing")
                and max(span.start_ms, session.starts_ms) < min(span.end_ms, ends)
            ]
            return min(starts, default=None)
    return None


def _holds(stretch: tuple[int, int], piece: Piece) -> bool:
    return stretch[0] <= piece[0] and piece[1] <= stretch[1]
