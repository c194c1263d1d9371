"""Searches compiled to SQL."""
