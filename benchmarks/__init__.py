"""Benchmarks, each against a named opponent. ``python -m benchmarks`` runs them all."""
