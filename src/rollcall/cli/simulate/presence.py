"""How a simulated person meets presence checks: sees the prompt, clicks in time or never, and remembers the truth."""

from rollcall.cli.simulate.agenda import Agenda
from rollcall.cli.simulate.player import Player
from rollcall.cli.simulate.tally import Asked, Tally, Truth
from rollcall.wire.viewer_out import Prompt, PromptClosed

PAINT_MS = 50


class Presence:
    """One tab's part in its person's checks: the first tab to be asked shows the prompt and is clicked."""

    def __init__(self, answers_after_ms: int | None, agenda: Agenda, truth: Truth, tally: Tally) -> None:
        self._answers_after_ms = answers_after_ms
        self._agenda = agenda
        self._truth = truth
        self._tally = tally

    def prompted(self, player: Player, prompt: Prompt, now_ms: int) -> None:
        """Receive a prompt; one that is known already (another tab, a repeat) changes nothing."""
        if prompt.check in self._truth.asked:
            return
        self._tally.prompt_ms.append(now_ms - prompt.issued_at_ms)
        painted_ms = now_ms + PAINT_MS
        self._truth.asked[prompt.check] = Asked(painted_ms, painted_ms + prompt.left_ms)
        self._agenda.at(painted_ms, lambda at: _show(player, prompt.check, at))
        if self._answers_after_ms is not None:
            self._agenda.at(
                painted_ms + self._answers_after_ms, lambda at: self._click(player, prompt.check, at)
            )

    def closed(self, closed: PromptClosed, now_ms: int) -> None:
        """Take the prompt off the screen: nobody can click it any more."""
        asked = self._truth.asked.get(closed.check)
        if asked is not None:
            asked.until_ms = min(asked.until_ms, now_ms)

    def _click(self, player: Player, check: str, now_ms: int) -> None:
        asked = self._truth.asked[check]
        if now_ms >= asked.until_ms:
            return
        if not player.visible:
            player.change(player.state, visible=True, at_ms=now_ms)
            player.mark("shown", check, now_ms)
        player.mark("answered", check, now_ms)
        asked.answered_ms = now_ms


def _show(player: Player, check: str, now_ms: int) -> None:
    player.mark("shown" if player.visible else "received", check, now_ms)
