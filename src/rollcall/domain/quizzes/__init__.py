"""Quizzes (knowledge control): what is asked, what a participant is shown, what an answer is worth.

Pure: no clock, no chance but a seed, exact numbers. Who opens a quiz and where answers are kept is decided elsewhere.
"""
