"""Close codes of the viewer socket. The range decides: 4000-4499 reconnect with jitter, 4500-4999 stop."""

from enum import IntEnum


class Close(IntEnum):
    """Why the server closed a viewer socket."""

    SILENT = 4000  # nothing heard for 25 s
    TOO_SLOW = 4001  # the reader cannot keep up
    DRAINING = 4002  # the server is stopping
    TAKEN_OVER = 4003  # another node or connection holds this play now
    NOT_STORED = 4004  # the evidence could not be committed; send again
    TOO_LATE = 4005  # hello did not come in time
    MALFORMED = 4500  # a message that no player of ours sends
    NO_ACCESS = 4501  # unknown, withdrawn or expired grant
    WRONG_ORIGIN = 4502  # the socket was opened by a foreign page
    ELSEWHERE = 4503  # the participant watches in another player, and the media allows one


def was_sent_away(code: Close | None) -> bool:
    """Return whether we closed the connection on purpose, not because its player could not be heard or reached."""
    return code not in {None, Close.SILENT, Close.TOO_SLOW}
