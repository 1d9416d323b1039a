"""Things that happen by themselves: check plans, expiry of prompts, withdrawal of access."""
