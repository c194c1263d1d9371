"""The command that serves a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

from .inputs import port_option, schema_of, site_option, table_option
from .output import flush_stdout, put, say
from .program import FINE, Command
from .store import opened_store

if TYPE_CHECKING:
    from ..stores.base import Store

KEY_VARIABLE = "ORDERQUERY_API_KEY"
_EXAMPLE = '{"search": {"filter": {"paymentStatus": "PAID"}, "cursorPaging": {"limit": 1}}}'
_LOOPBACK = ("127.", "::1")


@click.command(
    cls=Command,
    examples=(
        "orderquery serve shop.db",
        "orderquery serve shop.db --port 9000 --strict",
        "orderquery serve :memory: --port 0",
    ),
)
@click.argument("store", metavar="STORE")
@click.option("--host", metavar="H", default="127.0.0.1", show_default=True, help="The address to listen at.")
@port_option
@click.option("--strict", is_flag=True, help="Answer 400 for everything check reports.")
@click.option(
    "--api-key", metavar="KEY", envvar=KEY_VARIABLE,
    help=f"What callers must send in Authorization; better set {KEY_VARIABLE}, which no process list shows.",
)  # fmt: skip
@click.option(
    "--allow-host", metavar="NAME", multiple=True,
    help="A name to be asked by where there is no API key, beside localhost, addresses and names without a dot.",
)  # fmt: skip
@click.option(
    "--webhook-key", metavar="FILE", type=click.File("rb"),
    help="The app's public key (PEM): loads must be signed with it, or come with the API key.",
)  # fmt: skip
@click.option("--create", is_flag=True, help="Make the store if it is not there.")
@click.option("--access-log/--no-access-log", default=True, help="A line for every request.  [default: yes]")
@site_option
@table_option
def serve(
    store: str,
    host: str,
    port: int,
    strict: bool,
    api_key: str | None,
    allow_host: tuple[str, ...],
    webhook_key: BinaryIO | None,
    create: bool,
    access_log: bool,
    site: str,
    table: str | None,
) -> int:
    """Serve a store as the live service would.

    POST /ecom/v1/orders/search, GET /ecom/v1/orders/ID and the two reads of transactions, with the service's own
    errors; POST /_orderquery/load takes orders, transactions and webhook events; GET /openapi.json describes it all.

    What the service would ignore in a request is ignored and said: in the log, and in the header
    x-orderquery-warnings. With --strict it is refused.

    Ctrl-C or SIGTERM ends it, once the requests under way are answered.
    """
    from ..stores.engines import shown_location

    key = None if webhook_key is None else webhook_key.read()
    with opened_store(store, schema_of(table), site, create=create or store == ":memory:") as opened:
        name = shown_location(store)
        run(
            opened, name, host, port, strict=strict, api_key=api_key, hosts=allow_host, webhook_key=key,
            access_log=access_log,
        )  # fmt: skip
    return FINE


def run(
    store: Store,
    name: str,
    host: str,
    port: int,
    *,
    strict: bool = False,
    api_key: str | None = None,
    hosts: tuple[str, ...] = (),
    webhook_key: bytes | None = None,
    access_log: bool = True,
) -> None:
    """Serve an open store until the process is told to stop."""
    from ..emulator.app import create_app
    from ..emulator.server import listen, url_of
    from ..emulator.server import serve as serve_app

    asked_as = None if api_key else (host, *hosts)
    app = create_app(store, strict=strict, api_key=api_key, hosts=asked_as, webhook_key=webhook_key)
    with listen(host, port) as listening:
        url = url_of(listening)
        address = listening.getsockname()[0]
        if not api_key and not address.startswith(_LOOPBACK):
            say(f"orderquery: everybody who reaches {address} may read these orders: set {KEY_VARIABLE}")

        def begun() -> None:
            put(f"serving {name} at {url}, until Ctrl-C")
            put(f"try: curl -s {url}/ecom/v1/orders/search -d '{_EXAMPLE}'")
            flush_stdout()

        serve_app(app, listening, access_log=access_log, begun=begun)
    put("stopped")
