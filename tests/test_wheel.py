"""The package as users get it: built, installed where no checkout is in sight, and used."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from project import ROOT

PROGRAM = """
import sys
import orderquery as oq
assert not any("checkout" in path for path in sys.path)
plan = oq.compile("paymentStatus = PAID and createdDate >= 2024-01-01 order by number limit 5")
assert plan.to_json()["sort"] == [{"fieldName": "number", "order": "ASC"}]
store = oq.open_store(":memory:")
store.load(oq.sample(50))
shop = oq.Emulator(store, clock=oq.Clock(frozen=True))
line = {"productName": {"original": "Mug"}, "quantity": 1, "price": {"amount": "9"}, "itemType": {"preset": "PHYSICAL"}}
order = {"lineItems": [line], "channelInfo": {"type": "WEB"}, "priceSummary": {"total": {"amount": "9"}}}
created = shop.create_order(order).order
assert shop.get_order(created["id"]).order == created
try:
    shop.create_order({})
except oq.Refused as refused:
    assert refused.status == 400
import orderquery.testing
from orderquery.playground.files import page_files
assert b"<query-editor" in page_files()["index.html"].content
print(oq.__file__, store.count("everything"), plan.sql("postgres").text[:6])
"""


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--disable-pip-version-check"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True, capture_output=True)
    return next(folder.glob("orderquery-*.whl"))


def test_b22_it_holds_the_grammar_the_page_and_nothing_else_that_is_not_code(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    kept = {name for name in names if not name.endswith((".py", ".pyi")) and ".dist-info/" not in name}
    grammar = {f"orderquery/grammar/{path.name}" for path in (ROOT / "grammar").iterdir()}
    readmes = {str(path.relative_to(ROOT)) for path in (ROOT / "orderquery").rglob("README.md")}
    static = {str(path.relative_to(ROOT)) for path in (ROOT / "orderquery" / "playground" / "static").iterdir()}
    assert len(static) > 10
    assert kept == grammar | readmes | static | {"orderquery/py.typed", "orderquery/playground/page.toml"}
    assert all(name.startswith(("orderquery/", "orderquery-")) for name in names)
    (entry_points,) = (name for name in names if name.endswith("/entry_points.txt"))
    assert "[pytest11]\norderquery.testing = orderquery.testing" in zipfile.ZipFile(wheel).read(entry_points).decode()


def test_it_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """Unpacked in a folder of its own; its dependencies are this environment's, the checkout is not on the path."""
    installed = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(installed)
    script = tmp_path / "program.py"
    script.write_text(
        f"import sys\nsys.path[:] = [p for p in sys.path if p != {str(ROOT)!r}]\n"
        f"sys.path.insert(0, {str(installed)!r})\n" + PROGRAM
    )
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == 0, done.stderr
    assert str(installed) in done.stdout
    assert "SELECT" in done.stdout
