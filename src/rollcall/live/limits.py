"""Limits on how often one source may try something: a bucket of tries that fills again with time. In memory only."""

from dataclasses import dataclass

BUCKETS = 50_000


@dataclass(slots=True)
class _Bucket:
    tries: float
    at_ms: int


class Limit:
    """At most `burst` tries at once and `per_minute` in the long run, per key."""

    def __init__(self, burst: int, per_minute: int) -> None:
        self._burst = burst
        self._per_ms = per_minute / 60_000
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def take(self, key: tuple[str, ...], now_ms: int) -> int:
        """Use one try of `key`; return 0, or after how many seconds there is one."""
        bucket = self._buckets.pop(key, None) or _Bucket(self._burst, now_ms)
        bucket.tries = min(self._burst, bucket.tries + (now_ms - bucket.at_ms) * self._per_ms)
        bucket.at_ms = now_ms
        self._buckets[key] = bucket
        if len(self._buckets) > BUCKETS:
            del self._buckets[next(iter(self._buckets))]  # the one touched longest ago
        if bucket.tries >= 1:
            bucket.tries -= 1
            return 0
        return max(1, round((1 - bucket.tries) / self._per_ms / 1000))

    def give_back(self, key: tuple[str, ...]) -> None:
        """Let the last try of `key` not count: it was a right one."""
        if (bucket := self._buckets.get(key)) is not None:
            bucket.tries = min(self._burst, bucket.tries + 1)
