"""A play as a server holds it, without a connection and a disk: for tests that hand it envelopes themselves."""

from rollcall.domain.evidence.step import Play
from rollcall.domain.ids import EventNo, MediaCode, MediaNo, PlayId, PlayNo, ProjectNo, UserId
from rollcall.live.plays import LivePlay, ProofKeys

KEY = b"installation"
KEYS = ProofKeys(KEY, b"prompts")
CODE = PlayId("AAAAAAAAAAAA")


def live_play(opened_ms: int, code: PlayId = CODE) -> LivePlay:
    """Return a play that was just opened; what it would tell its player is told to nobody."""
    numbers = (PlayNo(1), code, ProjectNo(1), EventNo(1), MediaNo(1), MediaCode("MEDIA234"), UserId("d-1"))
    return LivePlay(*numbers, 1, 0, 0, Play(opened_ms), 0, lambda _: None, lambda _: None)
