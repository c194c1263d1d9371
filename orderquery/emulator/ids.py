"""The ids that an emulator makes: random, or the same in every run with a seed."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable


def random_id() -> str:
    """Return a random GUID."""
    return str(uuid.uuid4())


def seeded_ids(seed: str, site: str, count: int) -> Callable[[], str]:
    """Return a function that makes the ids of one write.

    They are the same for the same seed, site and count.

    ``count`` is the number of writes of the site before this one, so a restarted emulator goes on where it stopped.
    """
    made = 0

    def next_id() -> str:
        nonlocal made
        made += 1
        digest = hashlib.sha256(f"{seed}\0{site}\0{count}\0{made}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))

    return next_id
