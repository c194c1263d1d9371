"""Print the matching lines of a file with a hand-written script.

Usage: ``python -m benchmarks.hand_match q1 orders.jsonl``.
"""

from __future__ import annotations

import sys

import orjson

from . import hand


def main(name: str, path: str) -> None:
    """Write the lines of the matching orders."""
    matches, write = getattr(hand, name), sys.stdout.buffer.write
    with open(path, "rb") as lines:
        for line in lines:
            if matches(orjson.loads(line)):
                write(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
