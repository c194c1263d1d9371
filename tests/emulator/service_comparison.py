"""What the service machine compares: an emulator on some store, and the plain model."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import service_requests as requests
from hypothesis.stateful import RuleBasedStateMachine, rule
from service_model.service import Service
from service_model.values import GUID, Refusal, adopt, differences

import orderquery as oq
from orderquery.emulator import control
from orderquery.emulator.clock import Clock
from orderquery.emulator.errors import Refused

JSON = Any
PLANS = requests.PLANS
DAY = 86_400_000_000


def counted_rule(**strategies: Any) -> Any:
    """Make a rule whose runs are counted."""

    def decorate(function: Any) -> Any:
        @functools.wraps(function)
        def run(self: Comparison, **drawn: Any) -> None:
            self.ran[function.__name__] += 1
            function(self, **drawn)

        run.is_counted = True  # type: ignore[attr-defined]
        return rule(**strategies)(run)

    return decorate


class Comparison(RuleBasedStateMachine):
    """An emulator and the model, which get the same requests."""

    shop: oq.Emulator
    clock: Clock
    model: Service

    def __init__(self, store: oq.Store, first: control.FirstStates, ran: Counter[str], outcomes: Counter[str]) -> None:
        super().__init__()
        self.store, self.first, self.ran, self.outcomes = store, first, ran, outcomes
        self.seen, self.saved = 0, None

    # -- comparing ---------------------------------------------------------------------------------------------

    def both(self, call: Callable[[], Any], model: Callable[[], Any]) -> tuple[Any, Any] | None:
        """Return both answers, or ``None`` if both refused for the same reason."""
        found = reasons = None
        try:
            found = call()
        except Refused as refusal:
            reasons = reasons_of(refusal)
        try:
            expected = model()
        except Refusal as refusal:
            assert reasons == (refusal.status, refusal.reasons)
            self.outcomes.update(map(str, refusal.reasons))
            return None
        assert reasons is None, f"refused: {reasons}"
        self.outcomes["accepted"] += 1
        return found, expected

    def same(self, found: JSON, expected: JSON) -> None:
        adopt(expected, found)
        assert not differences(found, expected), "\n".join(differences(found, expected))

    def accept(self, answers: tuple[Any, Any] | None, document_of: Callable[[Any], JSON]) -> None:
        """Compare the answers to a write, or to a read that settles what is due, and its events."""
        if answers is not None:
            self.same(document_of(answers[0]), answers[1])
            self.compare_events()

    def compare_events(self) -> None:
        """Compare the events since the last call; the emulator has settled what is due."""
        expected = self.model.events[self.seen :]
        found = list(self.shop.iterate_events(self.seen))
        assert [event.sequence for event in found] == [*range(self.seen + 1, self.seen + 1 + len(found))]
        documents = [json.loads(event.document) for event in found]
        assert [(event["entityFqdn"], event["slug"]) for event in documents] == [event[:2] for event in expected]
        for shown, event in zip(documents, expected, strict=True):
            self.outcomes[f"{event.entity_fqdn}_{event.slug}"] += 1
            assert GUID.fullmatch(shown.pop("id"))
            adopt(event.payload, shown)
            assert not differences(shown, event.document()), "\n".join(differences(shown, event.document()))
        self.seen += len(found)

    # -- which entity ------------------------------------------------------------------------------------------

    def order_id(self, which: int) -> str:
        return pick(list(self.model.orders), which)

    def payment_id(self, order_id: str, which: int) -> str:
        stored = self.model.transactions.get(order_id, {"payments": []})["payments"]
        return pick([payment["id"] for payment in stored], which)

    def plan_order_id(self, which: int, *statuses: str) -> str:
        """Return one of the last orders, mostly one in these statuses."""
        self.model.settle()
        orders = self.model.plan_orders
        wanted = [order_id for order_id, record in orders.items() if record.life.status in statuses]
        return pick(wanted if wanted and which < 3 else list(orders), which)


def pick(ids: list[str], which: int) -> str:
    """Return one of the last ids, or one that does not exist."""
    last = ids[-5:]
    return last[which % len(last)] if last and which < 5 else requests.UNKNOWN


def reasons_of(refusal: Refused) -> tuple[int, tuple[JSON, ...]]:
    error = refusal.details.get("applicationError")
    if error is not None:
        return refusal.status, (error["code"],)
    violations = refusal.details["validationError"]["fieldViolations"]
    return refusal.status, tuple(sorted((found["field"], found["violatedRule"]) for found in violations))


def bulk_json(response: Any) -> JSON:
    """Return the answer to a bulk request, with codes alone for errors."""
    answer = response.to_json()
    for result in answer["results"]:
        if "error" in result["itemMetadata"]:
            result["itemMetadata"]["error"] = result["itemMetadata"]["error"]["code"]
    return answer
