"""Small files, such as tables of fields, layouts and keys, read up to a limit."""

from __future__ import annotations

import os
import stat
from os import PathLike

MAX_BYTES = 1 << 20
"""Of a table of fields, a layout or a key file."""


def read_small_file(path: str | PathLike[str], max_bytes: int = MAX_BYTES) -> bytes:
    """Return the content of a regular file, or of a pipe, of at most 1 MiB.

    Raises:
        OSError: the file cannot be read, is longer, or is neither a regular file nor a pipe.

    """
    # Without waiting for a writer of a named pipe, and without becoming the terminal of this process.
    with open(path, "rb", opener=_open) as file:
        mode = os.fstat(file.fileno()).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise OSError("not a regular file or a pipe")
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise OSError(f"larger than {max_bytes >> 20} MiB")
    return content


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NOCTTY", 0))
