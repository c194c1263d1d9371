"""The whole service on every store that can be written, against the plain model of ``service_model``.

``ORDERQUERY_STEPS`` says how many steps on each store; ``make prove`` makes 50,000, with every rule at least 500 times.
``ORDERQUERY_SEED`` says which.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from service_machine import RULES, ServiceMachine
from writable_stores import WRITABLE, location_of

import orderquery as oq
from orderquery.emulator import control

SEED = os.environ.get("ORDERQUERY_SEED", "20261128")
STEPS = int(os.environ.get("ORDERQUERY_STEPS", "0"))
SHORT = {"memory": 30}
"""Examples in the short form, by store; of the others 5."""
STEPS_OF_EXAMPLE, EXAMPLES_OF_ROUND = 50, 40
EVENTS = (
    *(f"wix.ecom.v1.order_{slug}" for slug in (
        "created", "approved", "updated", "canceled", "payment_status_updated", "transactions_updated",
        "transactions_details_updated",
    )),
    *(f"wix.pricing_plans.v2.order_{slug}" for slug in (
        "created", "updated", "purchased", "started", "cycle_started", "auto_renew_canceled", "canceled", "ended",
        "marked_as_paid", "paused", "resumed", "end_date_postponed",
    )),
)  # fmt: skip
CODES = (
    "ORDER_NOT_FOUND", "PURCHASED_DATE_CANNOT_BE_IN_FUTURE", "ORDER_IS_PENDING", "ORDER_IS_REJECTED",
    "ORDER_HAS_AUTHORIZED_TRANSACTION", "ORDER_TRANSACTIONS_NOT_FOUND", "PAYMENT_NOT_FOUND", "STATUS_NOT_ALLOWED",
    "DUPLICATE_PAYMENT", "PLAN_NOT_FOUND", "ERROR_COUPON_DOES_NOT_EXIST", "ORDER_ALREADY_CANCELED",
    "ORDER_CAN_ONLY_BE_CANCELED_IMMEDIATELY", "ORDER_ALREADY_PAID", "ORDER_NOT_ACTIVE", "ORDER_NOT_PAUSED",
    "ORDER_IS_PAUSED", "ORDER_HAS_NO_END_DATE", "END_DATE_MUST_BE_LATER", "MEMBER_UNKNOWN",
)  # fmt: skip
"""What the long form has to meet."""
ENOUGH_STEPS = 50_000
QUIET = settings(deadline=None, database=None, print_blob=False, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("kind", WRITABLE)
def test_the_service_is_that_of_the_model(kind: str, tmp_path: Path) -> None:
    ran: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    with oq.open_store(location_of(kind, tmp_path)) as store:
        first = control.FirstStates(oq.Emulator(store))

        def run(number: int, examples: int, steps: int) -> None:
            @seed(Random(f"{SEED}/{number}").getrandbits(64))
            def machine() -> ServiceMachine:
                return ServiceMachine(store, first, ran, outcomes)

            run_state_machine_as_test(
                machine, settings=settings(QUIET, max_examples=examples, stateful_step_count=steps)
            )

        if not STEPS:
            run(0, SHORT.get(kind, 5), 30)
            return
        rounds = 0
        while ran.total() < STEPS or min(ran[name] for name in RULES) < STEPS // 100:
            run(rounds, EXAMPLES_OF_ROUND, STEPS_OF_EXAMPLE)
            rounds += 1
    if STEPS >= ENOUGH_STEPS:
        missed = [*{*EVENTS, *CODES} - outcomes.keys()]
        assert not missed, f"never happened: {missed}"
    least = min(RULES, key=lambda name: ran[name])
    events = sum(outcomes[name] for name in EVENTS)
    refused = outcomes.total() - outcomes["accepted"] - events
    print(
        f"service machine on {kind}, seed {SEED}: {len(RULES)} rules, {ran.total():,} steps in {rounds} rounds, each rule "
        f"at least {ran[least]:,} times; {outcomes['accepted']:,} answers, {refused:,} refusals and {events:,} events: "
        "0 differences"
    )
    print(", ".join(f"{name} {ran[name]:,}" for name in RULES))
