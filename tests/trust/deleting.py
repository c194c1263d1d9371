"""Steps in the life of a store that loses orders, in a process of its own: ``deleting.py BUILD PATH STEP...``.

``BUILD`` is the module of SQLite that the package uses: ``sqlite3``, or ``pysqlite3``, which keeps samples of indexed
values (STAT4) and does not overwrite by itself.
"""

import hashlib
import importlib
import os
import signal
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent.parent), str(Path(__file__).parent.parent)]

ORDERS = 700


def token(number):
    return hashlib.sha256(str(number).encode()).hexdigest()[:16]


def document(number, turn=0):
    mark = f"{token(number)}v{turn}"
    return {
        "id": f"id{token(number)}", "number": str(number), "status": "APPROVED", "paymentStatus": "PAID",
        "createdDate": f"2024-01-{1 + number % 28:02}T00:00:00Z", "updatedDate": f"2024-02-0{1 + turn}T00:00:00Z",
        "buyerInfo": {"email": f"Mail{mark}@example.com", "contactId": f"contact{mark}"},
        "billingInfo": {"contactDetails": {"firstName": f"First{mark}", "lastName": f"Last{mark}"}},
        "lineItems": [{"productName": {"original": f"Thing{mark}"}}, {"productName": {"original": f"Other{mark}"}}],
        "buyerNote": f"note{mark} " * (number % 90),
    }  # fmt: skip


def transactions(number):
    method = {"paymentMethod": f"method{token(number)}"}
    return {"orderTransactions": {"orderId": f"id{token(number)}", "payments": [{"regularPaymentDetails": method}]}}


def values(number):
    """What may not be left of an order: the part that all its values, of every version, have in common."""
    return token(number).encode()


def gone():
    return [number for number in range(ORDERS) if token(number)[0] in "0579a"]


def use(build):
    import sqlite3

    if build != "sqlite3":
        other = importlib.import_module(build)
        for name in dir(sqlite3):
            if not hasattr(other, name):
                setattr(other, name, getattr(sqlite3, name))
        sys.modules["sqlite3"] = other


def main(build, path, *steps):
    use(build)
    import sqlite3

    import orderquery as oq

    for step in steps:
        if step == "analyze":
            # As an administrator would: with samples, where the build has them.
            database = sqlite3.connect(path, isolation_level=None)
            database.execute("ANALYZE")
            print(database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_stat4'").fetchone()[0])
            database.close()
        elif step == "upgrade":
            oq.upgrade_store(path)
        else:
            with oq.open_store(path) as store:
                STEPS[step](store)


def load(store):
    for start in range(0, ORDERS, 100):
        store.load([document(number) for number in range(start, start + 100)])
    store.load([document(number, turn=1) for number in range(0, ORDERS, 3)])
    store.load([transactions(number) for number in range(0, ORDERS, 2)])


def delete(store):
    store.delete([f"id{token(number)}" for number in gone()])
    # Their bytes are gone now, and not only when the store is closed.
    os.kill(os.getpid(), signal.SIGKILL)


def die(store):
    from orderquery.stores.sqlite import erasure

    erasure.erase_deleted = lambda _: os.kill(os.getpid(), signal.SIGKILL)
    delete(store)


STEPS = {"load": load, "delete": delete, "die": die, "open": lambda store: None}


if __name__ == "__main__":
    main(*sys.argv[1:])
