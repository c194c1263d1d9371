"""What searchOrders takes depends on the installed version of @wix/ecom (D183)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import orderquery as oq
from orderquery.scan.file_scan import ScanOptions, scan_file
from orderquery.scan.files import SourceFile
from orderquery.scan.fixes import fixed_source
from orderquery.scan.installed_ecom import installed_ecom

OLDER, NEWER = "1.0.1172", "1.0.1186"
IMPORT = 'import { orders } from "@wix/ecom";\n'
WRAPPED = IMPORT + 'export const paid = () => orders.searchOrders({ search: { filter: { paymentStatus: "PAID" } } });\n'
BARE = IMPORT + 'export const paid = () => orders.searchOrders({ filter: { paymentStatus: "PAID" } });\n'

FILES = {
    "node_modules/@wix/ecom/package.json": '{"name": "@wix/ecom", "version": "VERSION"}',
    "package-lock.json": '{"packages": {"node_modules/@wix/ecom": {\n"version": "VERSION"}}}',
    "npm-shrinkwrap.json": '{"dependencies": {"@wix/ecom": {"version": "VERSION"}}}',
    "pnpm-lock.yaml": "packages:\n\n  '@wix/ecom@VERSION':\n    resolution: {integrity: x}\n",
    "yarn.lock": '"@wix/ecom@^1.0.700":\n  version "VERSION"\n  resolved "x"\n',
    "bun.lock": '{"packages": {"@wix/ecom": ["@wix/ecom@VERSION", "", {}]}}',
    "package.json": '{"dependencies": {"@wix/ecom": "VERSION"}}',
}
"""What tells the version, the surest first."""
OTHERS = {
    "an older pnpm": ("pnpm-lock.yaml", "packages:\n  /@wix/ecom/VERSION:\n    dev: false\n"),
    "a newer yarn": ("yarn.lock", '"@wix/ecom@npm:^1.0.700, @wix/ecom@npm:^1.0.8":\n  version: VERSION\n'),
    "an older lock of npm": ("package-lock.json", '{"dependencies": {"@wix/ecom": {"version": "VERSION"}}}'),
}


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")


@pytest.mark.parametrize(("name", "text"), [*FILES.items(), *OTHERS.values()], ids=[*FILES, *OTHERS])
def test_the_version_is_read(name: str, text: str, tmp_path: Path) -> None:
    write(tmp_path, ".git/HEAD", "")
    write(tmp_path, name, text.replace("VERSION", "1.0.727"))
    assert installed_ecom(str(tmp_path / "src" / "api" / "orders.ts")) == "1.0.727"


def test_the_surest_and_nearest_version_counts(tmp_path: Path) -> None:
    write(tmp_path, ".git/HEAD", "")
    for number, (name, text) in enumerate(FILES.items()):
        write(tmp_path, name, text.replace("VERSION", f"1.0.{number}"))
    write(tmp_path, "apps/shop/package.json", FILES["package.json"].replace("VERSION", "1.0.99"))
    assert installed_ecom(str(tmp_path / "apps" / "orders.ts")) == "1.0.0"
    assert installed_ecom(str(tmp_path / "apps" / "shop" / "orders.ts")) == "1.0.99"


@pytest.mark.parametrize(
    "text",
    [
        '{"dependencies": {"@wix/ecom": "^1.0.700"}}',  # installs the newest
        '{"dependencies": {"@wix/ecom": "latest"}}',
        '{"dependencies": {"@wix/ecommerce": "1.0.700"}}',
        "{broken",
        "\0\xff",
        "",
    ],
)
def test_no_version_is_guessed(text: str, tmp_path: Path) -> None:
    write(tmp_path, ".git/HEAD", "")
    write(tmp_path, "package.json", text)
    (tmp_path / "package-lock.json").mkdir()
    assert installed_ecom(str(tmp_path / "orders.ts")) is None


def test_several_versions_in_a_lock_are_none(tmp_path: Path) -> None:
    write(tmp_path, ".git/HEAD", "")
    one, other = (FILES["pnpm-lock.yaml"].replace("VERSION", version) for version in (OLDER, NEWER))
    write(tmp_path, "pnpm-lock.yaml", one + other)
    write(tmp_path, "package.json", FILES["package.json"].replace("VERSION", OLDER))
    assert installed_ecom(str(tmp_path / "orders.ts")) is None


def codes(source: str, version: str | None) -> list[str]:
    return [found.code for found in oq.scan_source(source, "typescript", ecom_version=version).diagnostics]


@pytest.mark.parametrize(
    ("source", "version", "want"),
    [
        (WRAPPED, OLDER, []),
        (WRAPPED, NEWER, ["ignored-key"]),
        (WRAPPED, None, ["ignored-key"]),
        (BARE, OLDER, ["ignored-key"]),
        (BARE, NEWER, []),
        (BARE, None, []),
        (WRAPPED.replace("@wix/ecom", "wix-ecom-backend"), OLDER, ["ignored-key"]),  # Velo has its own versions
        (BARE.replace("@wix/ecom", "wix-ecom-backend"), OLDER, []),
        (IMPORT + "orders.searchOrders();", OLDER, []),
        (IMPORT + "orders.searchOrders({});", OLDER, []),
        (IMPORT + "const all = (given) => orders.searchOrders(given);", OLDER, []),
        (IMPORT + "const all = (search) => orders.searchOrders({ search });", OLDER, []),
    ],
)
def test_the_argument_is_that_of_the_version(source: str, version: str | None, want: list[str]) -> None:
    assert codes(source, version) == want


@pytest.mark.parametrize("version", [OLDER, NEWER])
def test_the_fix_is_what_the_version_reads(version: str) -> None:
    for source in (WRAPPED, BARE):
        fixed = fixed_source(oq.scan_source(source, "typescript", ecom_version=version))
        assert fixed.diagnostics == ()
        assert ("searchOrders({ search: {" in fixed.text) == (version == OLDER)
        assert fixed.calls[0].search == {"filter": {"paymentStatus": "PAID"}}


def test_mistakes_inside_are_found_and_mended() -> None:
    wrong = WRAPPED.replace("paymentStatus", "paymentstatus").replace("search: {", "search: { paging: { limit: 5 },")
    scanned = oq.scan_source(wrong, "typescript", ecom_version=OLDER)
    assert [found.code for found in scanned.diagnostics] == ["ignored-key", "unknown-field"]
    fixed = fixed_source(scanned)
    assert fixed.diagnostics == ()
    assert "orders.searchOrders({ search: { " in fixed.text
    assert "cursorPaging: { limit: 5 }" in fixed.text


def test_the_code_around_is_judged_by_the_search_that_is_read() -> None:
    source = IMPORT + (
        "export async function ordersOf(memberId: string) {\n"
        '  const found = await orders.searchOrders({ search: { filter: { "buyerInfo.memberId": memberId } } });\n'
        "  return found.orders.map((order) => order._id);\n"
        "}\n"
    )
    assert codes(source, OLDER) == []
    assert "unfiltered-member-search" in codes(source, NEWER)


def test_a_file_is_scanned_with_the_version_of_its_project(tmp_path: Path) -> None:
    write(tmp_path, ".git/HEAD", "")
    for folder, version in (("old", OLDER), ("new", NEWER)):
        write(tmp_path, f"{folder}/package-lock.json", FILES["package-lock.json"].replace("VERSION", version))
        write(tmp_path, f"{folder}/src/orders.ts", WRAPPED)
    options = ScanOptions(fixes=True)
    old = scan_file(SourceFile(str(tmp_path / "old/src/orders.ts"), is_named=False), options)
    new = scan_file(SourceFile(str(tmp_path / "new/src/orders.ts"), is_named=False), options)
    assert old.source is not None
    assert (old.source.diagnostics, old.fixed) == ((), None)
    assert new.fixed is not None
    assert new.fixed.text == BARE
    assert json.loads(json.dumps(old.source.to_json()))["calls"][0]["sends"] == "sdk"


@pytest.mark.parametrize("version", ["", "newest", "1.0", "^1.0.700"])
def test_a_wrong_version_is_a_usage_error(version: str) -> None:
    with pytest.raises(oq.UsageError, match="ecom_version takes a version such as"):
        oq.scan_source(BARE, "typescript", ecom_version=version)
