"""Webhooks: what is told to whom, how it is signed, when it is tried again, and where we may connect to.

A *notice* is one thing that happened, told to every *webhook* that asked for its kind; each webhook has a *delivery* of
it. Pure functions of values; rows, sockets and clocks are not known here.
"""
