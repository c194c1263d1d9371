"""The command ``serve``: a store over HTTP, with the API of Wix."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

from .control_options import ControlOptions, control_options
from .event_options import EventOptions, event_options, read_event_options, signing_key_for
from .inputs import load_table, open_store, port_option, site_option, table_option
from .output import flush_stdout, write_line, write_message
from .program import EXIT_OK, Command

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
        "orderquery serve --empty --port 0",
        "orderquery serve shop.db --webhook-url http://127.0.0.1:3000/webhook",
    ),
)
@click.argument("store", metavar="[STORE]", required=False)
@click.option("--empty", is_flag=True, help="Serve a new store in memory, with --control; STORE is left out.")
@click.option("--host", metavar="H", default="127.0.0.1", show_default=True, help="Address to listen on.")
@port_option
@click.option("--strict", is_flag=True, help="Answer 400 if check reports a problem.")
@click.option(
    "--api-key", metavar="KEY", envvar=KEY_VARIABLE,
    help=f"Require this key in Authorization. Prefer {KEY_VARIABLE}: process lists show options.",
)  # fmt: skip
@click.option(
    "--allow-host", metavar="NAME", multiple=True,
    help="Without an API key, accept this host name, besides localhost, IP addresses and names without a dot.",
)  # fmt: skip
@click.option(
    "--webhook-key", metavar="FILE", type=click.File("rb"),
    help="Public key of the app (PEM). Loads must be signed with its private key or have the API key.",
)  # fmt: skip
@event_options
@control_options
@click.option("--create", is_flag=True, help="Create the store if it is not a file and does not exist.")
@click.option("--access-log/--no-access-log", default=True, help="Log a line for every request.  [default: on]")
@site_option
@table_option
def serve(
    store: str | None,
    empty: bool,
    host: str,
    port: int,
    strict: bool,
    api_key: str | None,
    allow_host: tuple[str, ...],
    webhook_key: BinaryIO | None,
    webhook_url: tuple[str, ...],
    webhook_signing_key: BinaryIO | None,
    instance: tuple[str, ...],
    no_events: bool,
    details_updated: bool,
    create: bool,
    access_log: bool,
    site: str,
    table: str | None,
    tests: ControlOptions,
) -> int:
    """Serve a store over HTTP, with the API of Wix.

    Serves Search Orders, the life of an order with its payments, and the orders of pricing plans, with the errors of
    Wix; GET /openapi.json describes them. POST /_orderquery/load loads orders, transactions and webhook events. STORE
    is made if it is a file that does not exist.

    Keeps an event of every write: read them at GET /_orderquery/events, or pass --webhook-url to get them delivered
    as Wix delivers webhooks. GET /_orderquery/webhook-key is the public key for your app.

    Ignores what Wix ignores in a request, and reports it in the log and in the header x-orderquery-warnings. With
    --strict, rejects such a request.

    Stops on Ctrl-C or SIGTERM, after the open requests are answered.
    """
    from ..diagnostics.errors import UsageError
    from ..stores.base import MEMORY
    from ..stores.engines import file_of, shown_location

    if empty == (store is not None):
        raise UsageError("serve takes a STORE or --empty; write: orderquery serve shop.db")
    store = store or MEMORY
    tests = tests._replace(control=tests.control or empty)
    key = None if webhook_key is None else webhook_key.read()
    events = read_event_options(webhook_url, webhook_signing_key, instance, no_events, details_updated)
    with open_store(
        store, load_table(table), site, create=create or store == MEMORY or file_of(store) is not None
    ) as opened:
        name = shown_location(store)
        run_server(
            opened, name, host, port, strict=strict, api_key=api_key, hosts=allow_host, webhook_key=key,
            access_log=access_log, events=events._replace(signing_key=signing_key_for(store, events)), tests=tests,
        )  # fmt: skip
    return EXIT_OK


def run_server(
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
    events: EventOptions | None = None,
    tests: ControlOptions | None = None,
) -> None:
    """Serve an open store until Ctrl-C or SIGTERM.

    ``name`` is the name of the store in the output.
    """
    from ..emulator.app import create_app
    from ..emulator.server import listen, url_of
    from ..emulator.server import serve as serve_app

    accepted_hosts = None if api_key else (host, *hosts)
    tests = tests or ControlOptions()
    emulator = (events or EventOptions()).open_emulator(
        store, strict=strict, clock=tests.clock(), seed=tests.seed, read_only=tests.read_only
    )
    app = create_app(
        store, api_key=api_key, hosts=accepted_hosts, webhook_key=webhook_key, emulator=emulator,
        control=tests.control, origins=tests.origins,
    )  # fmt: skip
    with listen(host, port) as listener:
        url = url_of(listener)
        address = listener.getsockname()[0]
        if not api_key and not address.startswith(_LOOPBACK):
            what = "read" if emulator.site.read_only else "read and change"
            write_message(
                f"orderquery: warning: anyone who can reach {address} can {what} these orders; set {KEY_VARIABLE}"
            )

        def announce() -> None:
            write_line(f"serving {name} at {url}, until Ctrl-C")
            for webhook_url in emulator.deliveries.urls:
                write_line(f"events go to {webhook_url}")
            write_line(f"try: curl -s {url}/ecom/v1/orders/search -d '{_EXAMPLE}'")
            flush_stdout()

        serve_app(app, listener, access_log=access_log, begun=announce)
    write_line("stopped")
