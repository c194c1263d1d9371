"""The engine that converts one document by the rows of a mapping.

It knows the operations of rows, and no field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from ..diagnostics.diagnostic import Diagnostic
from ..diagnostics.place import Path, Place
from ..diagnostics.quoting import described, quoted
from ..language.types import read_amount
from .converted import ConvertedOrder, Fate, FateKind
from .mapping import TRANSACTIONS, DocumentMapping, Row, place
from .nested import Numbering, nested, path_text
from .old_document import OldDocument
from .restate import RESTATE, add, exact_amount, multiply, read_date_and_time, same_number, subtract, write_amount

JSON = Any


def convert(mapping: DocumentMapping, old: dict[str, JSON]) -> ConvertedOrder:
    """Convert one old document; nothing in it raises, no value is dropped."""
    return _Conversion(mapping, old).run()


class _Conversion:
    def __init__(self, mapping: DocumentMapping, old: dict[str, JSON]) -> None:
        self._mapping, self._old = mapping, OldDocument(mapping, old)
        self._new: dict[Path, JSON] = {}
        """The values of the new documents by their paths."""
        self._fates: dict[Path, Fate] = {}
        self._notes: dict[Path, Diagnostic] = {}
        self._flags: dict[Path, list[tuple[Path, bool]]] = {}
        self._kept_name = _free_name(mapping.keep_in, old)

    def run(self) -> ConvertedOrder:
        for path, wanted in self._old.misshapen.items():
            self._keep(path, f"{described(self._old.value_at(path))} is not {wanted}")
        for number, found in sorted(self._old.matches.items()):
            row = self._mapping.rows[number]
            operation = _OPERATIONS[row.op]
            for path, value in found:
                if value is not None and self._applies(row, path):
                    operation(self, row, path, value)
        for row in self._mapping.defaults:
            self._new.setdefault(row.target_of(()), row.value)
        self._set_flags()
        self._set_payments()
        return self._result()

    def _applies(self, row: Row, path: Path) -> bool:
        """Return whether a row applies to the value at a path."""
        if row.is_transaction and not self._has_record(row):
            return False
        if not row.when and not row.unless:
            return True
        return all(self._old.value(pattern, path) == wanted for pattern, wanted in row.when) and not any(
            self._old.value(pattern, path) == excluded for pattern, excluded in row.unless
        )

    def _has_record(self, row: Row) -> bool:
        """Return whether the part of the transactions that a row writes exists."""
        is_payment = row.target[1:3] == ("payments", "[0]")
        return ("id",) in self._new and (not is_payment or self._payment_status() is not None)

    def _payment_status(self) -> str | None:
        status = self._old.value(self._mapping.payments.status)
        return self._mapping.payments.statuses.get(status) if isinstance(status, str) else None

    # -- operations ---------------------------------------------------------------------------------------------

    def _move(self, row: Row, path: Path, value: JSON) -> None:
        if row.of and any(self._old.value(pattern, path) is None for pattern in row.of):
            return
        restate, wanted = RESTATE[row.restate]
        restated = restate(value)
        if restated is None:
            self._keep(path, f"{described(value)} is not {wanted}")
        else:
            self._put(path, row.target_of(path), restated, "moved")
            self._note_loss(row, path)

    def _join_date(self, row: Row, path: Path, value: JSON) -> None:
        """Write a date and a time in two old values as one date-time."""
        time = self._old.value(row.of[0], path)
        joined = read_date_and_time(value, time)
        if joined is None:
            self._keep(path, f"{described(value)} and {described(time)} are not a date and a time")
            return
        target = row.target_of(path)
        self._new.setdefault(target, joined)
        self._claim(path, Fate("moved", target, value))
        self._claim(row.of[0], Fate("moved", target, time))
        self._note_loss(row, path)

    def _note_loss(self, row: Row, path: Path) -> None:
        if row.loss:
            self._note(path, "conversion-loss", row.loss)

    def _choose(self, row: Row, path: Path, value: JSON) -> None:
        values = self._mapping.enums[row.enum]
        found = values.get(value) or values.get("*") if isinstance(value, str) else None
        if found is None:
            self._keep(path, f"{described(value)} is not one of its values")
            return
        targets = {place(target, path): value if new == "*" else new for target, new in found.targets}
        conflict = next((target for target, new in targets.items() if self._new.get(target, new) != new), None)
        if conflict is not None:
            self._keep(path, f"{quoted(path_text(conflict))} is {described(self._new[conflict])}")
            return
        self._new |= targets
        self._claim(path, Fate("moved", next(iter(targets)), value))
        if found.loss:
            self._note(path, "conversion-loss", f"{quoted(path_text(path))} is {quoted(value)}: {found.loss}")

    def _collect_flag(self, row: Row, path: Path, value: JSON) -> None:
        if isinstance(value, bool):
            self._flags.setdefault(row.target, []).append((path, value))
        else:
            self._keep(path, f"{described(value)} is not true or false")

    def _set_flags(self) -> None:
        for target, flags in self._flags.items():
            self._new[target] = any(flag for _, flag in flags)
            for path, flag in flags:
                if flag == self._new[target]:
                    self._claim(path, Fate("moved", target, flag))

    def _open_list(self, row: Row, path: Path, value: JSON) -> None:
        if not isinstance(value, list):
            self._keep(path, f"{described(value)} is not a list")
        elif not value:
            target = row.target_of(path)
            self._new.setdefault(target, [])
            self._claim(path, Fate("moved", target, value))

    def _map(self, row: Row, path: Path, value: JSON) -> None:
        """Write a list of pairs as one object."""
        if not isinstance(value, list):
            self._keep(path, f"{described(value)} is not a list")
            return
        if any(self._old.value(pattern, path) is None for pattern in row.of):
            return
        target = row.target_of(path)
        if not value and row.empty:
            self._new.setdefault(target, {})
        for number, item in enumerate(value):
            key, entry = (item.get(name) for name in row.pair) if isinstance(item, dict) else (None, None)
            if not isinstance(key, str) or not isinstance(entry, str):
                continue
            if self._new.setdefault((*target, key), entry) == entry:
                for name, part in zip(row.pair, (key, entry), strict=True):
                    self._claim((*path, number, name), Fate("moved", (*target, key), part))

    def _add_constant(self, row: Row, path: Path, value: JSON) -> None:
        if path in self._fates:
            self._new.setdefault(row.target_of(path), row.value)

    def _total_line(self, row: Row, path: Path, value: JSON) -> None:
        """Write the total of a line: less its discount, plus its tax unless included."""
        parts = [self._old.value(pattern, path) for pattern in row.of]
        total, discount, tax = (_amount_or_zero(part) for part in (value, *parts[:2]))
        if total is None or discount is None or tax is None:
            if path not in self._fates:
                self._keep(path, f"{described(value)}, its discount or its tax is not a decimal number")
            return
        is_included = next((part for part in parts[2:] if isinstance(part, bool)), False)
        total = subtract(total, discount)
        new = write_amount(total if is_included else add(total, tax))
        self._put(path, row.target_of(path), new, "computed")

    def _check_sum(self, row: Row, path: Path, value: JSON) -> None:
        """Leave out a value that is a sum over the line items."""
        items = self._old.root.get(row.of[0][0])
        found = Decimal(0)
        for number in range(len(items)) if isinstance(items, list) else ():
            product: Decimal | None = Decimal(1)
            for pattern in row.of:
                factor = _amount_or_zero(self._old.value(pattern, (number,)))
                product = None if factor is None or product is None else multiply(product, factor)
            if product is None or abs(product.adjusted()) > 100:
                self._keep(path, f"{described(value)} cannot be compared to the line items")
                return
            found = add(found, product)
        if read_amount(value) == found:
            self._claim(path, Fate("computed", None, value))
        else:
            self._keep(path, f"{described(value)} is not the sum of the line items, {found:f}")

    def _check_condition(self, row: Row, path: Path, value: JSON) -> None:
        if isinstance(value, str) and row.of[0] in self._fates:
            self._claim(path, Fate("computed", None, value))

    def _check_twin(self, row: Row, path: Path, value: JSON) -> None:
        if path in self._fates:
            return
        twin = self._old.value(row.of[0], path)
        if row.of[0] in self._fates and (value == twin or same_number(value, twin)):
            self._claim(path, Fate("computed", None, value))
        elif twin is not None:
            self._keep(path, f"{described(value)} differs from {quoted('.'.join(row.of[0]))}, {described(twin)}")

    def _extend(self, row: Row, path: Path, value: JSON) -> None:
        """Take over extended fields, if they have the usual shape."""
        namespaces = value.get("namespaces", {}) if isinstance(value, dict) else None
        if not isinstance(namespaces, dict):
            self._keep(path, f"{described(value)} is not an object with namespaces")
            return
        for leaf, part in list(self._old.leaves_below(path)):
            self._new[leaf] = part
            self._claim(leaf, Fate("moved", leaf, part))

    def _report_loss(self, row: Row, path: Path, value: JSON) -> None:
        if row.loss and any(part not in (None, [], {}) for _, part in self._old.leaves_below(path)):
            self._keep(path, row.loss)

    # -- payments -----------------------------------------------------------------------------------------------

    def _set_payments(self) -> None:
        rules = self._mapping.payments
        if ("id",) not in self._new:
            return
        regular, gift_card = ((TRANSACTIONS, "payments", number) for number in (0, 1))
        self._set_gift_card(gift_card)
        if (status := self._payment_status()) is not None and self._set_amount(regular):
            self._new[*regular, "id"] = rules.ids[0]
            self._new[*regular, "regularPaymentDetails", "status"] = status
            refunds = {path[2]: None for path in self._new if path[:2] == (TRANSACTIONS, "refunds") and len(path) > 2}
            for number in refunds:
                self._new[TRANSACTIONS, "refunds", number, "transactions", 0, "paymentId"] = rules.ids[0]

    def _set_gift_card(self, payment: Path) -> None:
        parts = [path for path in self._new if path[: len(payment)] == payment]
        amount = (*payment, "amount", "amount")
        if parts == [amount] and not read_amount(self._new[amount]):
            del self._new[amount]
            for path, fate in self._fates.items():
                if fate.target == amount:
                    self._fates[path] = Fate("computed", None, fate.value)
        elif parts:
            self._new[*payment, "id"] = self._mapping.payments.ids[1]
            self._new[*payment, "giftcardPaymentDetails"] = {}

    def _set_amount(self, payment: Path) -> bool:
        """Write the amount of the payment; return whether there is a payment."""
        rules = self._mapping.payments
        has_details = any(path[: len(payment)] == payment for path in self._new)
        if self._old.value(rules.status) in rules.without_amount:
            self._note(rules.status, "conversion-loss", rules.loss)
            return True
        total = exact_amount(self._old.value(rules.total, ()))
        cards = [part for pattern in rules.gift_card if (part := self._old.value(pattern, ())) is not None]
        card = _amount_or_zero(cards[0] if cards else None)
        if total is None or card is None or card > total:
            self._note(rules.total, "conversion-loss", "total minus gift card is not an amount; the payment has none")
            return has_details
        amount = subtract(total, card)
        if not amount and not has_details:
            return False
        self._new[*payment, "amount", "amount"] = write_amount(amount)
        return True

    # -- what became of the old values --------------------------------------------------------------------------

    def _put(self, path: Path, target: Path, new: JSON, kind: FateKind) -> None:
        """Write a new value, unless an earlier row wrote another one there."""
        written = self._new.setdefault(target, new)
        if written == new or same_number(written, new):
            self._claim(path, Fate(kind, target, self._old.leaves.get(path)))
        elif path not in self._fates:
            self._keep(path, f"{quoted(path_text(target))} is {described(written)}")

    def _claim(self, path: Path, fate: Fate) -> None:
        if path in self._old.leaves:
            self._fates.setdefault(path, fate)
            return
        # If a whole object was moved, its values are below the target.
        is_whole = fate.target is not None and isinstance(self._new.get(fate.target), dict)
        for leaf, value in self._old.leaves_below(path):
            target = (*fate.target, *leaf[len(path) :]) if fate.target is not None and is_whole else fate.target
            self._fates[leaf] = Fate(fate.kind, target, value)

    def _keep(self, path: Path, reason: str) -> None:
        place = ".".join((*self._mapping.keep_in[:-1], self._kept_name))
        self._note(path, "kept-value", f"{quoted(path_text(path))} kept in {place}: {reason}")

    def _note(self, path: Path, code: str, message: str) -> None:
        self._notes.setdefault(path, Diagnostic(code, message, place=Place(path)))

    def _result(self) -> ConvertedOrder:
        self._note_unmatched_conditions()
        kept: dict[Path, JSON] = {}
        for leaf, value in self._old.leaves.items():
            if leaf not in self._fates:
                kept[leaf] = value
                self._fates[leaf] = Fate("kept", None, value)
                stray = self._old.strays.get(leaf)
                if stray is not None and value not in (None, [], {}) and not self._is_noted(leaf):
                    self._keep(stray, "unknown key")
        order = nested({path: value for path, value in self._new.items() if path[0] != TRANSACTIONS})
        record = nested({path[1:]: value for path, value in self._new.items() if path[0] == TRANSACTIONS})
        if record:
            record = {"orderId": order["id"], "payments": [], **record}
        if kept:
            holder = order
            for step in self._mapping.keep_in[:-1]:
                holder = holder.setdefault(step, {})
            holder[self._kept_name] = nested(kept, padded=True)
        numbering = Numbering(self._new)
        if numbering:
            for leaf, fate in self._fates.items():
                if fate.target is not None:
                    self._fates[leaf] = fate._replace(target=numbering.renumbered(fate.target))
        values = {leaf: self._fates[leaf] for leaf in self._old.leaves}
        return ConvertedOrder(order, record or None, tuple(self._sorted_notes()), values)

    def _note_unmatched_conditions(self) -> None:
        for number, found in self._old.matches.items():
            row = self._mapping.rows[number]
            if not row.when:
                continue
            for path, value in found:
                if (
                    value in (None, [], {})
                    or path not in self._old.leaves
                    or path in self._fates
                    or path in self._notes
                ):
                    continue
                names = ", ".join(dict.fromkeys(".".join(pattern) for pattern, _ in row.when))
                self._keep(path, f"what it becomes depends on {quoted(names.replace('.[]', '[]'))}")

    def _is_noted(self, leaf: Path) -> bool:
        return any(leaf[:length] in self._notes for length in range(1, len(leaf) + 1))

    def _sorted_notes(self) -> Iterator[Diagnostic]:
        """Yield the notes in the order of the document, then those of what it lacks."""
        waiting = dict(self._notes)
        for leaf in self._old.leaves if waiting else ():
            for length in range(1, len(leaf) + 1):
                if (note := waiting.pop(leaf[:length], None)) is not None:
                    yield note
        yield from waiting.values()


_OPERATIONS: dict[str, Callable[[_Conversion, Row, Path, JSON], None]] = {
    "move": _Conversion._move,
    "enum": _Conversion._choose,
    "any": _Conversion._collect_flag,
    "list": _Conversion._open_list,
    "map": _Conversion._map,
    "constant": _Conversion._add_constant,
    "line-total": _Conversion._total_line,
    "date-time": _Conversion._join_date,
    "sum": _Conversion._check_sum,
    "condition": _Conversion._check_condition,
    "twin": _Conversion._check_twin,
    "extended-fields": _Conversion._extend,
    "keep": _Conversion._report_loss,
}


def _free_name(keep_in: tuple[str, ...], old: dict[str, JSON]) -> str:
    """Return the last name of the place for kept values, numbered if not free."""
    holder: JSON = old
    for step in keep_in[:-1]:
        holder = holder.get(step) if isinstance(holder, dict) else None
    name, number = keep_in[-1], 1
    while isinstance(holder, dict) and name in holder:
        number += 1
        name = f"{keep_in[-1]}{number}"
    return name


def _amount_or_zero(value: JSON) -> Decimal | None:
    """Return an amount, 0 for a missing one, or ``None`` if it is not a number."""
    return Decimal(0) if value is None else exact_amount(value)
