"""Migrations, numbered, forward only: first add, later remove."""
