"""The API of Boomstream as its clients know it, over the same actions as API v1: another language, no second logic.

Only the surface is imitated: paths, parameters, envelope, value shapes. Everything that is decided is decided by the
actions. It is the one place where a GET changes state and where a refusal has HTTP status 200, because existing
clients count on both.
"""
