"""The one refusal of the ingest core: what the encoder sent is not RTMP as spoken here. It knows no sockets."""


class ProtocolError(Exception):
    """Raised for bytes that break the protocol or one of its limits; the connection cannot be continued."""
