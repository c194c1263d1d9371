"""A script of one's own for one search: ``python -m benchmarks.hand_match q1 orders.jsonl`` prints what matches."""

from __future__ import annotations

import sys

import orjson

from . import hand


def main(name: str, path: str) -> None:
    """Write the lines of a file whose orders match."""
    matches, write = getattr(hand, name), sys.stdout.buffer.write
    with open(path, "rb") as lines:
        for line in lines:
            if matches(orjson.loads(line)):
                write(line)


if __name__ == "__main__":
    main(*sys.argv[1:])
