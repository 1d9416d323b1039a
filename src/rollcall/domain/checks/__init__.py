"""Presence checks as pure rules: when to ask, what a mark proves, and how a prompt ends."""
