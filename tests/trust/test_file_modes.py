"""Stores, exports, keys and cursors can be read by their owner alone, whatever the umask; or by the group, if told so."""

import os
import stat

import pytest
from command_line import run
from scale import scaled

import orderquery as oq
from orderquery.stores.parquet.export import export

pytestmark = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")


@pytest.fixture(params=scaled([0o000, 0o022, 0o027], [0o022]), ids=oct)
def mask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def open_to(folder, bits):
    """The files below a folder that have any of these bits."""
    return {
        str(path.relative_to(folder)): oct(path.lstat().st_mode & 0o777)
        for path in folder.rglob("*")
        if stat.S_IMODE(path.lstat().st_mode) & bits
    }


@pytest.mark.parametrize("name", ["shop.db", "shop.duckdb"])
def test_a_store_belongs_to_its_owner(name, mask, tmp_path, counted):
    seen = set()
    with oq.open_store(tmp_path / name) as store:
        assert open_to(tmp_path, 0o077) == {}
        for turn in range(3):
            store.load([{"id": str(turn)}])
            if turn == 1:
                store.delete(["0"])
            assert open_to(tmp_path, 0o077) == {}
            seen |= set(os.listdir(tmp_path))
        export(store, tmp_path / "out")
    assert seen > {name, f"{name}.key"}
    assert seen & {f"{name}-wal", f"{name}.wal"}
    oq.upgrade_store(tmp_path / name)
    with oq.open_store(tmp_path / name) as store:
        assert store.count("everything") == 2
        export(store, tmp_path / "out", replace=True)
        store.load([{"id": "later"}])
        assert open_to(tmp_path, 0o077) == {}
    made = [tmp_path, *tmp_path.rglob("*")]
    counted(f"files and folders of {name} under umask {mask:03o}", len(made), len(made))


@pytest.mark.parametrize("name", ["shop.db", "shop.duckdb"])
def test_a_group_may_be_given_access(name, mask, tmp_path):
    (tmp_path / "orders.jsonl").write_text('{"id": "a"}\n')
    os.chmod(tmp_path / "orders.jsonl", 0o600)
    assert run("load", tmp_path / name, tmp_path / "orders.jsonl", "--group").exit_code == 0
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o660
    with oq.open_store(tmp_path / name) as store:
        store.load([{"id": "b"}])
        logs = [path for path in tmp_path.iterdir() if path.name.endswith(("-wal", "-shm", ".wal"))]
        assert {stat.S_IMODE(path.stat().st_mode) for path in logs} == {0o660}
    assert run("export", tmp_path / name, tmp_path / "out", "--group").exit_code == 0
    modes = {stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]}
    assert modes == {0o750, 0o640}
    assert stat.S_IMODE((tmp_path / f"{name}.key").stat().st_mode) == 0o600
    assert open_to(tmp_path, 0o007) == {}


def test_a_kept_cursor_belongs_to_its_owner(mask, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with oq.open_store(tmp_path / "shop.db") as store:
        store.load({"id": str(number)} for number in range(3))
    assert run("search", tmp_path / "shop.db", "everything", "--limit", "1").exit_code == 0
    assert len(list((tmp_path / "state").rglob("*.json"))) == 1
    assert open_to(tmp_path / "state" / "orderquery", 0o077) == {}
