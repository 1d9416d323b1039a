"""`python -m rollcall`: the program, for whoever starts it with an interpreter of their choice."""

from rollcall.cli import rollcall

rollcall()
