"""Your own tables as stores, searched read-only."""
