"""Examples of use, each of which runs in a test."""
