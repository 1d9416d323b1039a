"""Takes in what players report, however it came: applies it to the play, lets it be committed, says what to answer.

The acknowledgement of new rows is not an answer of this moment: it follows the commit. What players have to cite, ticks
and prompts, gets its proof here too. It knows no transport.
"""

from rollcall.actions.evidence import SLOW_DOWN_MS, EvidenceWriter
from rollcall.base.clock import Clock
from rollcall.domain.checks.proof import prompt_mac
from rollcall.domain.evidence.tick import Tick, tick_mac
from rollcall.domain.ids import PlayId
from rollcall.live.arrivals import Offer, Offers
from rollcall.live.plays import LivePlay, ProofKeys, receive, receive_lost
from rollcall.wire import viewer_in, viewer_out

Evidence = viewer_in.Rows | viewer_in.Lost
Answer = viewer_out.SlowDown | viewer_out.Ack | viewer_out.TickOut | viewer_out.Gap


class Intake:
    """The one way of evidence from the border to the plays of this process."""

    def __init__(self, writer: EvidenceWriter, clock: Clock, keys: ProofKeys) -> None:
        self._writer = writer
        self._clock = clock
        self._keys = keys

    def take(self, play: LivePlay, message: Evidence, offers: Offers | None) -> list[Answer]:
        """Apply a message about `play` and return what its player is to be told at once.

        `offers`: what the player was told over the connection that the message came by; None = it was uploaded.
        """
        if has_rows(message) and self.is_behind():
            return [slow_down()]
        now_ms = self._clock.now_ms()
        if isinstance(message, viewer_in.Lost):
            received = receive_lost(play, message, now_ms)
        else:
            received = receive(play, message, self._keys, now_ms, offers)
        answers: list[Answer] = []
        if received.applied_rows:
            self._writer.add(play, received.applied_rows)
        elif has_rows(message) and received.expected is None:
            answers.append(viewer_out.Ack(play.durable))  # repeats: their acknowledgement was lost
        if received.needs_tick:
            # An epoch of the player's clock has just begun: with a tick to answer, its rows can be placed at once.
            answers.append(self.tick(play))
        if received.expected is not None:
            answers.append(viewer_out.Gap(received.expected))
        return answers

    def is_behind(self) -> bool:
        """Return whether players should hold their rows back."""
        return self._writer.is_behind()

    def tick(self, play: LivePlay) -> viewer_out.TickOut:
        """Return a fresh tick of a play that is held."""
        return self.signed(play.code, play.make_tick(self._clock.now_ms()))

    def signed(self, play: PlayId, tick: Tick) -> viewer_out.TickOut:
        """Return `tick` as its play is sent it."""
        return viewer_out.TickOut(tick.n, tick.at_ms, tick_mac(self._keys.ticks, play, tick))

    def proven(self, play: PlayId, offer: Offer, prompt: bytes) -> bytes:
        """Return an encoded prompt as `play` is sent it, with what its marks have to cite."""
        return viewer_out.proven(prompt, prompt_mac(self._keys.prompts, play, offer.check, offer.issued_ms))


def has_rows(message: Evidence) -> bool:
    """Return whether the message brings rows, or says that they are lost; else it only answers a tick."""
    return isinstance(message, viewer_in.Lost) or bool(message.rows)


def slow_down() -> viewer_out.SlowDown:
    """Return what is said while the writer is behind."""
    return viewer_out.SlowDown(SLOW_DOWN_MS)
