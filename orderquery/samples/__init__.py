"""Synthetic orders."""
