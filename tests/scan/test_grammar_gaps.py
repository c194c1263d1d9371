"""Right code that the grammars do not parse: it hides nothing, and has no warning."""

from __future__ import annotations

import pytest

import orderquery as oq
from orderquery.scan.languages import SourceLanguage, has_errors
from orderquery.scan.script.grammar_gaps import parsable

IMPORT = 'import { orders } from "@wix/ecom";\n'
CALL = 'export const paid = () => orders.searchOrders({ filter: { "buyerInfo.emails": "a & b" } });\n'
GAPS: list[tuple[SourceLanguage, str]] = [
    ("tsx", "export const Terms = () => <p>Terms & Conditions</p>;"),
    ("tsx", 'export const Link = () => <a href="/orders?view=all&page=2" title="P&L">R&D&nbsp;&#128274;</a>;'),
    ("javascript", "export const Terms = () => <p>Terms & Conditions</p>;"),
    ("typescript", "for (let index = 0; index < unique.length; index += 50) send(unique.slice(index, index + 50));"),
    ("typescript", "const isLess = low < infer, isMore = low < asserts.high;"),
    ("typescript", 'function lines(): import("./shop").LineItem[] { return []; }'),
    ("typescript", "export declare const service: import('@wix/services').ServiceFactory<number>;"),
    ("typescript", 'const actual = await importOriginal<typeof import("../src/shop.js")>();'),
    ("tsx", "const Bar = styled.div<{ $wide: boolean; onClose: () => void; items: Array<string> }>`width: 1px;`;"),
    (
        "tsx",
        "const Bar = styled(Box).attrs({})<{\n  $wide: boolean;\n}>\n  `width: ${({ $wide }) => ($wide ? 2 : 1)}px;`;",
    ),
    ("javascript", "const key = [a, b].join('\0');"),
]
STAY: list[tuple[SourceLanguage, str]] = [
    ("typescript", "type Both = A & B; const both = flags & 1 && more & 2; flags &= 3; let key: unique symbol;"),
    ("typescript", "type Of<T> = T extends Array<infer U> ? U : never; const shop = await import('./shop');"),
    (
        "typescript",
        "function is(value: unknown): asserts value is string {} const page = load(() => import('./page'));",
    ),
    ("tsx", "const Row = styled.div<Props>`a`; const x = a < b, y = `b`;"),
]
"""Code that parses without help."""


@pytest.mark.parametrize(("language", "code"), [*GAPS, *STAY])
def test_the_code_hides_nothing(language: SourceLanguage, code: str) -> None:
    for source in (f"{IMPORT}{code}\n{CALL}", f"{IMPORT}{CALL}{code}\n"):
        assert not has_errors(source, language)
        scanned = oq.scan_source(source, language)
        (found,) = scanned.diagnostics
        assert found.code == "unknown-field"
        # Texts are those of the source.
        assert scanned.calls[0].search == {"filter": {"buyerInfo.emails": "a & b"}}
        assert source[slice(*scanned.calls[0].span)] == CALL[CALL.index("orders.") : CALL.rindex(";")]


@pytest.mark.parametrize(("language", "code"), GAPS)
def test_every_part_keeps_its_place(language: SourceLanguage, code: str) -> None:
    changed = parsable(code, language)  # type: ignore[arg-type]
    assert changed != code
    assert len(changed) == len(code)
    assert len(changed.encode()) == len(code.encode())
    assert [at for at, mark in enumerate(changed) if mark == "\n"] == [
        at for at, mark in enumerate(code) if mark == "\n"
    ]


def test_a_dynamic_import_stays() -> None:
    source = (
        "const { orders } = await import('@wix/ecom');\nexport const all = () => orders.searchOrders({ limit: 5 });\n"
    )
    assert len(oq.scan_source(source, "typescript").calls) == 1
