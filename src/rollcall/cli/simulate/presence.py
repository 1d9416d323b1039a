"""How a simulated person meets presence checks: sees the prompt, clicks in time or never, and remembers the truth."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from rollcall.cli.simulate.agenda import Agenda
from rollcall.cli.simulate.page.player import Player
from rollcall.cli.simulate.page.recorder import Cited
from rollcall.cli.simulate.tally import Asked, Tally, Truth
from rollcall.wire.viewer_out import Counting, Prompt, PromptClosed, ViewerOut

PAINT_MS = 50
BACK_AFTER_MS = 1_500


class Presence:
    """One tab's part in its person's checks: the first tab to be asked shows the prompt and is clicked.

    `player` tells which player this tab has at a moment; after a crash it is another one, and is asked again.
    """

    def __init__(
        self,
        reactions_ms: Sequence[int],
        player: Callable[[], Player | None],
        agenda: Agenda,
        truth: Truth,
        tally: Tally,
    ) -> None:
        self._reactions_ms = reactions_ms
        self._player = player
        self._agenda = agenda
        self._truth = truth
        self._tally = tally
        self._shown: dict[str, Player] = {}

    def hear(self, message: ViewerOut, now_ms: int) -> None:
        """React to what the server says of checks; anything else is none of this."""
        match message:
            case Prompt():
                self._prompted(message, now_ms)
            case PromptClosed():
                self._closed(message, now_ms)
            case Counting():
                self._counting(message, now_ms)
            case _:
                pass

    def _prompted(self, prompt: Prompt, now_ms: int) -> None:
        """Receive a prompt; one that is known already (another tab, a repeat) changes nothing."""
        player, asked = self._player(), self._truth.asked.get(prompt.check)
        if player is None or not self._is_new(prompt.check, player, asked):
            return
        if asked is None:
            self._tally.prompt_ms.append(now_ms - prompt.issued_at_ms)
        painted_ms = now_ms + PAINT_MS
        self._shown[prompt.check] = player
        self._truth.asked[prompt.check] = Asked(painted_ms, painted_ms + prompt.left_ms)
        self._agenda.at(painted_ms, lambda at: _show(player, prompt, at))
        if self._reactions_ms:
            reaction_ms = self._reactions_ms[(len(self._truth.asked) - 1) % len(self._reactions_ms)]
            self._agenda.at(painted_ms + reaction_ms, lambda at: self._click(player, prompt, at))

    def _closed(self, closed: PromptClosed, now_ms: int) -> None:
        """Take the prompt off the screen: nobody can click it any more."""
        asked = self._truth.asked.get(closed.check)
        if asked is not None:
            asked.until_ms = min(asked.until_ms, now_ms)

    def _counting(self, counting: Counting, now_ms: int) -> None:
        """Say that one is back, when nothing counts after a miss."""
        check = counting.check
        if not counting.counts and check is not None and self._reactions_ms:
            self._agenda.at(now_ms + BACK_AFTER_MS, lambda at: self._resume(check, at))

    def _is_new(self, check: str, player: Player, asked: Asked | None) -> bool:
        if asked is None:
            return True
        return check in self._shown and self._shown[check] is not player and asked.answered_ms is None

    def _click(self, player: Player, prompt: Prompt, now_ms: int) -> None:
        asked = self._truth.asked[prompt.check]
        if player.is_over or now_ms >= asked.until_ms or asked.answered_ms is not None:
            return
        if not player.view.visible:
            player.change(replace(player.view, visible=True), now_ms)
            player.mark("shown", prompt.check, now_ms, cited(prompt))
        answer = prompt.code or ("0" if prompt.question is not None else None)
        player.mark("answered", prompt.check, now_ms, cited(prompt), answer)
        asked.answered_ms = now_ms

    def _resume(self, check: str, now_ms: int) -> None:
        player = self._player()
        if player is not None:
            player.mark("resume", check, now_ms)


def cited(prompt: Prompt) -> Cited:
    """Return what marks cite of a prompt."""
    return Cited(prompt.issued_at_ms, prompt.mac)


def _show(player: Player, prompt: Prompt, now_ms: int) -> None:
    player.mark("shown" if player.view.visible else "received", prompt.check, now_ms, cited(prompt))
