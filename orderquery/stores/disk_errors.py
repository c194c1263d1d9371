"""What is said where no room is left to write, on a disk or in a quota."""

from __future__ import annotations

import errno
import os

MAKE_ROOM = "make room, on the disk or in its quota, and do it again; what was kept before is whole"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def why(problem: OSError) -> str:
    """What an error of the system says, and what to do where it is that no room is left."""
    if problem.errno in _NO_ROOM:
        return f"{os.strerror(problem.errno)}: {MAKE_ROOM}"
    return str(problem)


def with_the_fix(said: str) -> str:
    """What an engine says, and what to do where it is that no room is left."""
    return f"{said}: {MAKE_ROOM}" if any(os.strerror(number) in said for number in _NO_ROOM) else said
