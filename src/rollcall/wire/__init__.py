"""Shapes that cross a border and their codecs; closed unions, unknown fields refused."""
