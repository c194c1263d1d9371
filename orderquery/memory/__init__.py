"""Running searches over Python objects."""
