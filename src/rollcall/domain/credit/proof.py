"""What the evidence of one participant proves at some media: sets of moments of the server's clock."""

from dataclasses import dataclass

from rollcall.domain.intervals import Intervals, length, subtract, union


@dataclass(frozen=True, slots=True)
class Proof:
    """`counted` is E; `live` the part that live evidence alone would count.

    `voided` and `unverified` do not count: because a check was missed, and because nobody has promoted them.
    """

    counted: Intervals = ()
    live: Intervals = ()
    voided: Intervals = ()
    unverified: Intervals = ()

    @property
    def recovered_ms(self) -> int:
        """Return how much of what counts did not come live."""
        return length(self.counted) - length(self.live)


def both(one: Proof, other: Proof) -> Proof:
    """Return what two proofs say together: what either counts is neither voided nor unverified."""
    counted = union(one.counted + other.counted)
    return Proof(
        counted,
        union(one.live + other.live),
        subtract(one.voided + other.voided, counted),
        subtract(one.unverified + other.unverified, counted),
    )
