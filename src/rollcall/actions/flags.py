"""Raising flags: what rows of evidence show is stored with them. Flags are read by people and decide nothing."""

from collections.abc import Sequence
from dataclasses import replace

from rollcall.live.plays import LivePlay
from rollcall.store import flags
from rollcall.store.database import Connection
from rollcall.store.flags import Raised


def of_play(play: LivePlay) -> list[Raised]:
    """Take what the rows that wait of this play have shown."""
    return [
        Raised(
            play.project_no,
            play.event_no,
            play.media_no,
            play.user_id,
            play.no,
            replace(sign, key=sign.key or play.code),
        )
        for sign in play.watch.take()
    ]


def store_signs(conn: Connection, raised: Sequence[Raised]) -> None:
    """Store what rows of evidence have shown, in their own transaction. A recording may be played at any speed."""
    fast = {one.media_no for one in raised if one.sign.kind == "playback_rate"}
    recordings = flags.recordings_among(conn, fast) if fast else frozenset()
    flags.add_signs(
        conn, [one for one in raised if one.sign.kind != "playback_rate" or one.media_no not in recordings]
    )
