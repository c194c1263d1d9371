"""The picture of the README can be taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


def test_the_picture_is_taken(chromium: Any, tmp_path: Path) -> None:
    from picture import PICTURE, SIZE, take

    taken = tmp_path / "page.png"
    take(chromium, tmp_path, taken)
    for picture in (taken, PICTURE):
        head = picture.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert (int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")) == (
            SIZE["width"],
            SIZE["height"],
        )
