"""A small training site that shows how to integrate Rollcall: one page for doctors, one for the organiser.

It stands alone: it imports nothing of Rollcall's own code, keeps the API key on its server and uses the public API.
"""
