"""The finder of searches in Python code."""
