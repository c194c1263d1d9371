"""Messages for a full disk or quota."""

from __future__ import annotations

import errno
import os

MAKE_ROOM = "free some disk space or raise the quota, then try again; everything stored before is intact"
_NO_SPACE_CODES = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def describe(problem: OSError) -> str:
    """Return the message of a system error, with the fix where no space is left."""
    if problem.errno in _NO_SPACE_CODES:
        return f"{os.strerror(problem.errno)}: {MAKE_ROOM}"
    return str(problem)


def with_fix(message: str) -> str:
    """Return an engine's message, with the fix where it reports that no space is left."""
    no_space = any(os.strerror(code) in message for code in _NO_SPACE_CODES)
    return f"{message}: {MAKE_ROOM}" if no_space else message
