"""Flags: what looks implausible, raised for a person to look at. No flag takes a millisecond from anybody.

Each module turns figures of one sort into signs: the clock, the content position, the answers to prompts, where a
participant was. What each kind means is in `kinds`; thresholds stand beside their rule. Pure functions of values; where
the figures come from and how flags are kept is not known here.
"""
