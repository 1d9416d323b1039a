"""Soaks: what takes too long for `make test`, each bounded in time and each with a verdict.

Every other module of this folder is one soak, known by its name: a docstring whose first line says what it proves, and
`run() -> list[str]`, which prints its figures to standard output and returns what was wrong, nothing when all is well.
"""
