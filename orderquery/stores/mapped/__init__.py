"""Searches over tables that are not ours, read-only."""
