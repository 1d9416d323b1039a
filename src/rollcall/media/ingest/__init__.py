"""The RTMP server: a sans-I/O core (bytes in → events, bytes out) and a small asyncio driver around it."""
