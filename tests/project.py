"""Where the project's files are."""

from pathlib import Path

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
SAMPLES = TESTS / "samples"
"""The documents' own requests, answers and events, a JSON file each."""
