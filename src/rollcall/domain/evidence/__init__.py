"""The proof of watch time: ticks, the mapping of a player's clock, and the step that turns rows into spans.

`docs/concepts.md` explains the words. Everything here is a pure function of its arguments; the constants are the
published ones and travel in `Rules`.
"""
