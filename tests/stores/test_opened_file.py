"""The file of an open store: another one at its path is noticed, another folder of the process is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import orderquery as oq

GONE = "the file was removed or replaced while the store was open; open the store again"
USES: dict[str, Callable[[oq.Store], object]] = {
    "a page": lambda store: store.search({}),
    "an order": lambda store: store.get("a"),
    "a load": lambda store: store.load([{"id": "b", "status": "APPROVED"}]),
    "a deletion": lambda store: store.delete(["a"]),
    "a walk": lambda store: list(store.iterate({})),
}


@pytest.fixture(params=["shop.db", "shop.duckdb"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    with oq.open_store(tmp_path / request.param) as store:
        store.load([{"id": "a", "status": "APPROVED"}])
    return tmp_path / request.param


def exchange(path: Path) -> None:
    with oq.open_store(path.with_stem("other")) as other:
        other.load([{"id": "other", "status": "APPROVED"}])
    os.replace(path.with_stem("other"), path)


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("change", [os.unlink, exchange])
def test_a_file_that_was_removed_or_replaced_is_not_used(change: Callable[[Path], None], use: str, path: Path) -> None:
    with oq.open_store(path) as store:
        store.search({})
        change(path)
        with pytest.raises(oq.StoreError, match=GONE):
            USES[use](store)
    for leftover in path.parent.glob(f"{path.name}-*"):
        leftover.unlink()
    with oq.open_store(path) as store:
        assert store.search({}).ids == (("other",) if change is exchange else ())


def test_a_store_stays_usable_when_the_process_changes_its_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with oq.open_store(path.name) as store:
        monkeypatch.chdir("/")
        assert store.search({}).ids == ("a",)
        assert store.load([{"id": "b", "status": "APPROVED"}]).orders == 1
        assert set(store.search({}).ids) == {"a", "b"}
