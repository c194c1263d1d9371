"""Deliver what is due in a store, in a process of its own: ``python webhook_process.py STORE URL``.

Prints the number of attempts.
"""

import sys

from orderquery.emulator.clock import Clock
from orderquery.emulator.deliveries import Deliveries
from orderquery.emulator.webhook_client import post_webhook
from orderquery.stores.engines import open_store

location, url = sys.argv[1:]
with open_store(location, create=False) as store:
    clock = Clock()
    # Without the time limit, which a slow machine could exceed.
    deliveries = Deliveries(
        store, lambda _: clock, [url], background=False, post=lambda to, body: post_webhook(to, body, 60)
    )
    print(deliveries.drain())
