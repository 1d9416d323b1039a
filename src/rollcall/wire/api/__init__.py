"""Bodies and answers of API v1: one module per noun, unknown fields refused in what comes in."""
