"""Benchmarks against named opponents: run ``python -m benchmarks``."""
