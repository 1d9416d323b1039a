"""What is in memory only: rooms, connections and their fan-out. Never waits for SQL."""
