"""How the state of a play's step is kept in its row: MessagePack of `domain.evidence.step.Play`."""

import msgspec

from rollcall.domain.evidence.step import Play

encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Play).decode
