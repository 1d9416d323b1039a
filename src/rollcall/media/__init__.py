"""Live pictures: RTMP in, HLS out, in a process of its own; and how the server starts and talks to it."""
