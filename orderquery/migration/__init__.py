"""Queries and documents of older tables: by data in ``grammar/``."""
