"""Rollcall proves who really attended an online medical education event."""
