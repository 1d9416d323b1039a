"""When we ourselves stood between viewers and their record: gaps in our own beat, and sudden silence of many.

Silence is told from what the server hears, never from what a viewer claims. A participant is silent when every
connection of theirs broke without a goodbye, or when nothing was heard of them for two tick periods. Many who fall
silent within half a minute, measured against all who were there when that half minute began, are a **silence**. Those
who are measured are of one project: what happens to one organiser's viewers says nothing about another's.

A crowd that leaves is none: a page that is left closes its connection with a close frame, and whoever says goodbye is
not silent, but still counts among those who were there. Phones often end a page without a word; so a silence goes on
record only once enough of the silent have come back: who left does not, who was cut off does. It then runs from the
moment the first of them was last heard, but for a few stragglers before, until most of them are heard again. Each
participant counts once, however many players are open, so that nobody makes an outage alone.
"""

from bisect import bisect_left
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Generic, NamedTuple, TypeVar

from rollcall.domain.evidence.tick import PERIOD_MS
from rollcall.domain.intervals import Interval

START_GAP_MS: Final = 3_000
RUNNING_GAP_MS: Final = 5_000
SILENT_AFTER_MS: Final = 2 * PERIOD_MS
WITHIN_MS: Final = 30_000
LEAST: Final = 10
ONE_IN: Final = 5
# A silence is noticed this long after its beginning or never; who has left is remembered that long.
NOTICED_MS: Final = WITHIN_MS + SILENT_AFTER_MS + PERIOD_MS
LONGEST_MS: Final = 60 * 60 * 1000

Who = TypeVar("Who", bound=Hashable)


def gap(last_ms: int | None, now_ms: int, longest_ms: int) -> Interval | None:
    """Return the time in which nobody beat, when it is longer than `longest_ms`; None = nobody ever did."""
    if last_ms is None or now_ms - last_ms <= longest_ms:
        return None
    return Interval(last_ms, now_ms)


class Voice(NamedTuple):
    """What was heard of one participant. `lost`: all connections broke; `left_ms`: when the last one said goodbye."""

    since_ms: int
    heard_ms: int
    lost: bool = False
    left_ms: int | None = None

    def fell_ms(self, now_ms: int) -> int | None:
        """Return since when the participant is silent, None when they are not."""
        silent = self.lost or now_ms - self.heard_ms > SILENT_AFTER_MS
        return self.heard_ms if silent and self.left_ms is None else None


@dataclass(frozen=True, slots=True)
class Silence(Generic[Who]):
    """Many fell silent: when each of them, how many have to come back to prove it, who has, and until when so far."""

    fell_ms: Mapping[Who, int]
    needed: int
    back: frozenset[Who] = field(default_factory=frozenset)
    to_ms: int = 0

    @property
    def from_ms(self) -> int:
        """When the first of them was last heard, but for a few who fell more than a tick period before all others.

        Whoever is cut off at one moment was last heard within one tick period; the few went for reasons of their own.
        """
        falls = sorted(self.fell_ms.values())
        begin = 0
        for at in range(1, min(LEAST - 1, len(falls) - self.needed) + 1):
            if falls[at] - falls[at - 1] > PERIOD_MS:
                begin = at
        return falls[begin]

    @property
    def has_ended(self) -> bool:
        """Whether most of them are heard again."""
        return 2 * len(self.back) > len(self.fell_ms)

    @property
    def proven(self) -> Interval | None:
        """The outage, once so many have come back that those alone were enough to be one."""
        enough = self.has_ended or len(self.back) >= self.needed
        return Interval(self.from_ms, self.to_ms) if enough else None

    def is_over(self, now_ms: int) -> bool:
        """Whether there is nothing more to wait for."""
        return self.has_ended or now_ms - self.from_ms > LONGEST_MS


def listen(silence: Silence[Who] | None, voices: Mapping[Who, Voice], now_ms: int) -> Silence[Who] | None:
    """Return the silence as of now: begun, followed, or the one that is over until the next; call it each second.

    `voices` holds everybody who is here, who fell silent, and who left in the last `NOTICED_MS`.
    """
    is_over = silence is None or silence.is_over(now_ms)
    begun = _begun(voices, silence.to_ms if silence is not None and is_over else 0, now_ms)
    if silence is None or is_over:
        return begun or silence
    if begun is not None:
        silence = replace(silence, fell_ms={**begun.fell_ms, **silence.fell_ms})
    return _followed(silence, voices, now_ms)


def _begun(voices: Mapping[Who, Voice], after_ms: int, now_ms: int) -> Silence[Who] | None:
    """Return the earliest half minute from `after_ms` on in which enough fell silent, and all who did since."""
    falls = sorted(
        ((fell, who) for who, voice in voices.items() if (fell := voice.fell_ms(now_ms)) is not None),
        key=lambda fall: fall[0],
    )
    if len(falls) < LEAST:
        return None
    moments = [fell for fell, _ in falls]
    earliest = bisect_left(moments, max(after_ms, now_ms - NOTICED_MS))
    for first in range(earliest, len(falls) - LEAST + 1):
        fallen = bisect_left(moments, moments[first] + WITHIN_MS) - first
        needed = _needed(voices, moments, moments[first])
        if fallen >= needed:
            return Silence({who: fell for fell, who in falls[first:]}, needed)
    return None


def _needed(voices: Mapping[Who, Voice], moments: list[int], start_ms: int) -> int:
    """Return how many make a silence: a share of all who were there in the half minute, those who left too."""
    others = bisect_left(moments, start_ms)  # silent before
    for voice in voices.values():
        left_before = voice.left_ms is not None and voice.left_ms < start_ms
        others += left_before or voice.since_ms >= start_ms + WITHIN_MS
    return max(LEAST, -(-(len(voices) - others) // ONE_IN))


def _followed(silence: Silence[Who], voices: Mapping[Who, Voice], now_ms: int) -> Silence[Who]:
    back = {
        who
        for who, fell in silence.fell_ms.items()
        if who in silence.back or ((voice := voices.get(who)) is not None and voice.heard_ms > fell)
    }
    if back == silence.back:
        return silence
    return replace(silence, back=frozenset(back), to_ms=now_ms)
