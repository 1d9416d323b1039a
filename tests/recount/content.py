"""The second count of a recording: how much clock can be paired with content, found by pairing quarters of a second.

Each quarter of a second of the clock is led to one of content that the same span played in the same session, and where
that is taken, to another one, as long as whoever holds it can move on. It is for evidence that came live, and for
histories whose moments all lie on the grid.
"""

from tests.recount.stored import Session, Span

QUARTER_MS = 250


def paired_ms(spans: list[Span], sessions: list[Session]) -> int:
    """Return what these live spans of one participant are worth in these sessions of one recording."""
    reached: dict[int, set[int]] = {}
    for span in spans:
        for session in sessions:
            clock, content = _played(span, session)
            for quarter in clock:
                reached.setdefault(quarter, set()).update(content)
    holder: dict[int, int] = {}
    return sum(_finds(quarter, reached, holder, set()) for quarter in reached) * QUARTER_MS


def _finds(quarter: int, reached: dict[int, set[int]], holder: dict[int, int], tried: set[int]) -> bool:
    for content in reached[quarter] - tried:
        tried.add(content)
        if content not in holder or _finds(holder[content], reached, holder, tried):
            holder[content] = quarter
            return True
    return False


def _played(span: Span, session: Session) -> tuple[list[int], list[int]]:
    """Return the quarters of clock and content of a span in a session: content passes evenly."""
    length_ms, advance_ms = span.end_ms - span.start_ms, span.content_to_ms - span.content_from_ms
    content = [
        at
        for at in range(span.content_from_ms, span.content_to_ms, QUARTER_MS)
        if (session.from_ms or 0) <= at < (session.to_ms or 0)
    ]
    clock = [
        at
        for at in range(span.start_ms, span.end_ms, QUARTER_MS)
        if (session.from_ms or 0)
        <= span.content_from_ms + (at - span.start_ms) * advance_ms / length_ms
        < (session.to_ms or 0)
    ]
    return clock, content
