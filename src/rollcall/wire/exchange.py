"""What a page exchanges by POST: evidence of a play by its upload key, and everything where proxies break sockets.

The messages inside are those of the viewer socket. An upload needs no grant: its key can append evidence to one play
and do nothing else. A poll does what the socket does, one request at a time; its answer carries all that was waiting.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from rollcall.wire import viewer_in, viewer_out
from rollcall.wire.viewer_in import AskProgress, Chatting, Lost, PlayRef, PollVote, Quizzing, Rows


class Upload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /embed/{code}/evidence`: rows of an earlier play, or of one whose page is being left.

    The answer's messages are `tick` (to be echoed before rows of an epoch that never answered one), `ack`, `gap` and
    `slow_down`.
    """

    play: PlayRef
    messages: Annotated[list[Rows | Lost], Meta(max_length=20)]


class Poll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`POST /embed/{code}/poll`: a turn of the viewer socket's conversation. The first turn has `hello`.

    Each later turn has a `rows` that echoes the last tick, as an answer may be lost on its way: what it brought comes
    again until a tick of that answer or of a later one is echoed.
    """

    grant: Annotated[str, Meta(min_length=20, max_length=100)]
    play: PlayRef | None = None
    hello: viewer_in.Hello | None = None
    messages: Annotated[
        list[Rows | Lost | AskProgress | Chatting | Quizzing | PollVote], Meta(max_length=20)
    ] = msgspec.field(default_factory=list)


class Exchanged(msgspec.Struct, frozen=True):
    """The answer to both: messages in the order in which a socket would have brought them.

    `close` is the close code of a socket that ended here; the ranges mean what they mean there.
    """

    messages: list[viewer_out.ViewerOut]
    close: int | None = None
