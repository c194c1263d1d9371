"""Searches run in Python."""
