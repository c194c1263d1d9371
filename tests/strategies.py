"""Random orders, transactions and searches, drawn from any table of fields.

Everything is made by a ``Maker`` from a ``random.Random``: a seeded one for bulk runs, one of Hypothesis (``makers``)
where failures should shrink. Values come from small pools, so that filters hit.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st
from scale import FULL

import orderquery as oq
from orderquery.language.operators import OPERATORS

JSON = Any

TEXTS = (
    "", "a", "A", "ab", "Shoe", "shoe", "SHOE shine", "Straße", "STRASSE", "strasse 5", "İstanbul", "i̇stanbul",
    "istanbul", "ς", "σ", "Σ", "ΣΑΣ", "e\u0301", "é", "É", "😀", "😀😀", "\0", "a\0", "a\0b", "\x01", "a\x01", "a\x01\x02",
    "\0\x01", "\U0010ffff", "a\U0010ffff", "a\U0010ffff\U0010ffff", "\ud7ff", "a\ud7ff", "\ue000", "a\ue000", "%", "a%",
    "_", "a_", "a\\b", "\\", "a'b", 'a"b', "[a]", "10", "9", "ﬀ", "ff", "FF", " ", "\u2003", " a", "a ", "x" * 512,
    "x" * 513, "null", "true", "a\nb", "\u2028",
)  # fmt: skip
GUIDS = (
    "6f759095-0701-4075-9908-c9c31ff013e1", "6F759095-0701-4075-9908-C9C31FF013E1",
    "00000000-0000-0000-0000-000000000000", "215238eb-22a5-4c36-9e7b-e7c08025e04e", "not a guid", "", "é",
)  # fmt: skip
INSTANTS = (
    "2024-01-01T00:00:00Z", "2023-12-31T19:00:00-05:00", "2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00.000001Z",
    "2024-01-01T00:00:00.0000019Z", "2024-01-01t00:00:00.999999999z", "2024-01-01T00:00:00", "2024-03-07T10:24:03.380Z",
    "2024-03-07T23:59:59.9Z", "2024-03-08T00:00:00+14:00", "2024-02-29T12:00:00Z", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", "0999-06-01T00:00:00-23:59",
)  # fmt: skip
AMOUNTS = (
    "5", "5.00", "5e0", 5, Decimal("5.0"), 5.0, "0", "-0", 0, "-0.00", "0e50", "1e2", "100", "+100.0", "0.1", 0.1, "-0.1",
    "-5", "-5.5", "63.24", "1000000000.10", "1e100", "-1e100", "1e-100", "-1e-100", "9" * 100, "0." + "0" * 98 + "1",
    "90071992547409931.12", Decimal("1E+2"), "99999999999999999999999999999.99", "0" * 99 + "7", "123456789e-100",
)  # fmt: skip
NUMBERS = ("1", "01", "9", "10", 10, "010", "9" * 100, "0" * 100, "10126", 10125, "A-1", "a-1", "", "-5", "１０", "1" * 101,
           "\0", "é", "1.5", 0)  # fmt: skip
POOLS: dict[str, Sequence[JSON]] = {
    "text": TEXTS, "guid": GUIDS, "enum": ("", "paid", "NOBODY HAS THIS"), "boolean": (True, False), "instant": INSTANTS,
    "amount": AMOUNTS, "sequence": NUMBERS,
}  # fmt: skip
UNFIT: dict[str, Sequence[JSON]] = {
    "text": (5, True, {}, [], ["a"], 1.5), "guid": (5, {}, ["a"]), "enum": (5, False, ["PAID"]),
    "boolean": ("true", 0, 1, [True], {}),
    "instant": (
        "2024-01-01", "yesterday", 1704067200000, "2024-01-01T24:00:00Z", "2024-02-30T00:00:00Z", "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00.Z", "２０24-01-01T00:00:00Z",
        "2024-01-01T00:00:00.1234567890Z", "2024-01-01T00:00:60Z", "", ["2024-01-01T00:00:00Z"],
    ),
    "amount": ("abc", "", " 5", "5 ", "1,5", "1e101", "1" * 101, "NaN", "Infinity", "٥", ".5", "5.", True, ["5"], {}),
    "sequence": (1.5, True, {}, ["1"], Decimal("2.0")),
}  # fmt: skip
PREFIXES = ("t", "TR", "f", "false", "true", "x", "")
PREFIXES_OF_INSTANTS = ("2024", "2024-01", "2024-01-01T00:00:00.000Z", "2024-01-01t", "0001", "9999-12-31T23:59:59.999z",
                        "1969", "2", "", "2024-01-01T00:00:00.001")  # fmt: skip
IDS = ("a", "A", "é", "e\u0301", "\0", "\x01", "😀", "\U0010ffff", "\ud7ff", "\ue000", "x" * 256, "10", "9", " ", "%")
MISSING = object()


class Maker:
    """Makes documents and searches for a table."""

    def __init__(self, random: Random, schema: oq.Schema) -> None:
        self.random, self.schema = random, schema
        self._trees = {record: self._tree(record) for record in ("order", "transactions")}
        self.pools = {row: self._pool(row) for row in schema.fields}

    def _pool(self, row: oq.Field) -> Sequence[JSON]:
        drawn = (*POOLS[row.type.name], *row.values)
        return [drawn[i] for i in sorted(self.random.sample(range(len(drawn)), min(len(drawn), 9)))] + list(
            row.values[:3]
        )

    def chance(self, one_in: int) -> bool:
        return self.random.randrange(one_in) == 0

    # -- documents ---------------------------------------------------------------------------------------------

    def _tree(self, record: str) -> dict[str, JSON]:
        """The paths of all fields as nested objects, with the fields that end at a place under the key ''."""
        root: dict[str, JSON] = {}
        for row in self.schema.fields:
            for source in row.sources:
                for path in source.all_paths if source.record == record else ():
                    at = root
                    for step in path:
                        at = at.setdefault(step, {})
                    at.setdefault("", []).append((row, source))
        return root

    def ids(self, count: int) -> list[str]:
        """Different keys of records."""
        odd = self.random.sample(IDS, min(count // 3, len(IDS)))
        return [
            *odd,
            *(f"{self.random.randrange(16**8):08x}-{i:04x}-4000-8000-000000000000" for i in range(count - len(odd))),
        ]

    def order(self, key: str) -> dict[str, JSON]:
        """An order: REST-shaped, SDK-shaped, or some of both."""
        shape = self.random.choice(("rest", "rest", "sdk", "mixed"))
        made = self._object(self._trees["order"], shape)
        path = self.schema.key.sources[0].paths[0]
        for name in (path[0], self.schema.sdk_names.get(path[0], path[0])):
            made.pop(name, None)
        made[self._name(path[0], shape)] = key
        return made

    def orders(self, count: int) -> list[dict[str, JSON]]:
        """Orders, a few of them in several versions."""
        keys = self.ids(count - count // 10)
        return [self.order(key) for key in [*keys, *(self.random.choice(keys) for _ in range(count // 10))]]

    def transactions(self, key: str) -> dict[str, JSON]:
        return {"orderId": key, **self._object(self._trees["transactions"], "rest"), "refunds": []}

    def _name(self, name: str, shape: str) -> str:
        sdk = self.schema.sdk_names.get(name, name)
        return {"rest": name, "sdk": sdk, "mixed": self.random.choice((name, sdk))}[shape]

    def _object(self, tree: dict[str, JSON], shape: str) -> dict[str, JSON]:
        made: dict[str, JSON] = {}
        for step, below in tree.items():
            if step == "" or self.chance(5):
                continue
            value = self._value(below, shape)
            if value is not MISSING:
                made[self._name(step, shape)] = value
                if shape == "mixed" and self.chance(8):
                    made.setdefault(self.schema.sdk_names.get(step, step), self._value(below, "rest") or None)
        return {key: None if value is MISSING else value for key, value in made.items()}

    def _value(self, tree: dict[str, JSON], shape: str) -> JSON:
        if self.chance(12):
            return self.random.choice((None, MISSING, {}, [], "", 7))
        ends: list[Any] = tree.get("", [])
        row = self.random.choice(ends)[0] if ends else None
        if len(tree) > bool(ends) and ends and self.chance(2):
            # A place that holds a value or an object.
            row = None
        if row is not None and not row.many:
            return self._leaf(row)
        one = (lambda: self._leaf(row)) if row is not None else (lambda: self._object(tree, shape))
        if not _many_only(tree):
            return [one()] if self.chance(30) else one()
        if self.chance(6):
            return one()
        made = [one() for _ in range(self.random.choice((0, 1, 1, 2, 3)))]
        return [made, [one()], None, [[]]] if self.chance(12) else made

    def _leaf(self, row: oq.Field) -> JSON:
        kind = row.type.name
        if self.chance(15):
            return self.random.choice(UNFIT[kind])
        value = self.random.choice(self.pools[row])
        return self.random.choice(("a", "", "x y")) if row.sources[0].joined and self.chance(3) else value

    # -- searches ----------------------------------------------------------------------------------------------

    def search(self) -> dict[str, JSON]:
        """A bare search with REST names that has no error."""
        made: dict[str, JSON] = {}
        if not self.chance(12):
            made["filter"] = self.filter(self.random.choice((0, 1, 2, 2, 3)))
        if not self.chance(4):
            made["sort"] = self.sort()
        return made

    def sort(self) -> list[dict[str, JSON]]:
        rows = [row for row in self.schema.fields if row.sortable]
        entries = []
        for _ in range(self.random.choice((0, 1, 1, 2, 2, 3, 4))):
            entry = {
                "fieldName": self.name(self.random.choice(rows)),
                "order": self.random.choice(("ASC", "DESC", None)),
            }
            entries.append({key: value for key, value in entry.items() if value is not None})
        return entries

    def name(self, row: oq.Field) -> str:
        return self.random.choice((row.name, row.name, *row.aliases))

    def filter(self, depth: int) -> dict[str, JSON]:
        """Return a filter whose connectives nest at most ``depth`` levels."""
        made: dict[str, JSON] = {}
        for _ in range(self.random.choice((0, 1, 1, 1, 2, 3)) if depth else 1):
            kind = self.random.choice(("$and", "$or", "$or", "$not", "field", "field")) if depth else "field"
            if kind == "field":
                row = self.random.choice(self.schema.fields)
                made[self.name(row)] = self.condition(row)
            elif kind == "$not":
                inner = self.filter(depth - 1)
                made["$not"] = [inner] if self.chance(3) else inner
            else:
                made[kind] = [self.filter(depth - 1) for _ in range(self.random.choice((0, 1, 2, 2, 3)))]
        return made

    def condition(self, row: oq.Field) -> JSON:
        if "$eq" in row.operators and self.chance(4):
            return None if self.chance(4) else self.operand(row)
        names = self.random.sample(row.operators, self.random.choice((1, 1, 1, min(2, len(row.operators)))))
        return {name: self.operand_of(row, name) for name in names}

    def operand(self, row: oq.Field) -> JSON:
        return self.random.choice(self.pools[row])

    def operand_of(self, row: oq.Field, name: str) -> JSON:
        takes = OPERATORS[name].takes.name
        if takes == "FLAG":
            return self.chance(2)
        if takes == "TEXT":
            return self.prefix(row)
        nulls = OPERATORS[name].nulls
        if takes == "VALUES":
            return self.values(row, nulls)
        if row.many and OPERATORS[name].lists and self.chance(3):
            return self.values(row, False)
        return None if nulls and self.chance(6) else self.operand(row)

    def values(self, row: oq.Field, nulls: bool) -> list[JSON]:
        listed = [self.operand(row) for _ in range(self.random.choice((0, 1, 1, 2, 2, 3, 4)))]
        if nulls and self.chance(4):
            listed.append(None)
        if self.chance(40) and row.type.name in ("text", "guid", "enum"):
            listed += [f"filler {i}" for i in range(self.random.choice((19, 25, 199, 250)))]
        elif self.chance(40) and row.type.name == "instant":
            listed += [f"2020-01-01T00:00:00.{i:06}Z" for i in range(self.random.choice((25, 250)))]
        return listed

    def prefix(self, row: oq.Field) -> str:
        if row.type.name == "instant":
            return self.random.choice((*PREFIXES_OF_INSTANTS, *PREFIXES))
        if row.type.name == "boolean":
            return self.random.choice(PREFIXES)
        text = str(self.operand(row))
        changed = self.random.choice((text, text, text.upper(), text.lower(), text.casefold()))
        return changed[: self.random.choice((1, 1, 2, 3, len(changed)))]


def _many_only(tree: dict[str, JSON]) -> bool:
    return all(
        all(row.many and not source.single for row, source in below) if step == "" else _many_only(below)
        for step, below in tree.items()
    )


def batch(maker: Maker, count: int) -> tuple[list[JSON], list[JSON]]:
    """Return ``count`` orders, and transactions of half of them and of an order that does not exist."""
    orders = maker.orders(count)
    rest, sdk = maker.schema.key.name, maker.schema.sdk_names.get(maker.schema.key.name, "")
    keys = list(dict.fromkeys(order.get(rest, order.get(sdk)) for order in orders))
    chosen = [*maker.random.sample(keys, len(keys) // 2), *keys[:2], "nobody"]
    return orders, [maker.transactions(key) for key in chosen]


def makers(schema: oq.Schema | None = None) -> st.SearchStrategy[Maker]:
    """Makers of random choices. In the long form Hypothesis draws each choice, which shrinks failures but is slow."""
    table = schema or oq.load_schema()
    return st.randoms(use_true_random=not FULL).map(lambda random: Maker(random, table))


# -- any JSON and any object, for functions that must not raise -------------------------------------------------------------------

NAMES = st.sampled_from(
    ["search", "filter", "sort", "cursorPaging", "limit", "cursor", "fieldName", "order", "$and", "$or", "$not", "$eq", "$in",
     "$ne", "$hasAll", "$startsWith", "$exists", "$gt", "status", "createdDate", "number", "buyerInfo.email", "query", "paging",
     "buyerInfo", "email", "priceSummary.total.amount", "paymentMethods", "archived", "id", "_id", "$regex", "offset", "", "$"]
)  # fmt: skip
ANY_TEXT = st.text(st.characters(), max_size=8)  # lone surrogates too
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from([30, 400, 5000]).map(lambda digits: -(10**digits)),
    st.sampled_from([30, 400, 5000]).map(lambda digits: 10**digits),
    st.floats(), st.decimals(), ANY_TEXT, NAMES, st.sampled_from([*INSTANTS, *(str(v) for v in AMOUNTS), "ASC", "PAID"]),
)  # fmt: skip
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.one_of(NAMES, NAMES, ANY_TEXT), inner, max_size=4),
    max_leaves=20,
)
ODD_OBJECTS = st.sampled_from([b"x", {1, 2}, object(), (1, 2), ("a",), frozenset(), 1j, range(3), bytearray(b"q"), int])
ANYTHING = st.recursive(
    SCALARS | ODD_OBJECTS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.one_of(NAMES, NAMES, ANY_TEXT, st.none(), st.integers(), st.booleans()), inner, max_size=4)
    ),
    max_leaves=20,
)
