"""Diagnostics: the codes, the diagnostic itself, the error types."""
