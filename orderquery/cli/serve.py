"""The command ``serve``: a store over HTTP, with the API of Wix."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

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
        "orderquery serve :memory: --port 0",
        "orderquery serve shop.db --webhook-url http://127.0.0.1:3000/webhook",
    ),
)
@click.argument("store", metavar="STORE")
@click.option("--host", metavar="H", default="127.0.0.1", show_default=True, help="Address to listen on.")
@port_option
@click.option("--strict", is_flag=True, help="Answer 400 if check reports a problem.")
@click.option("--read-only", is_flag=True, help="Answer 403 to every write.")
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
@click.option("--create", is_flag=True, help="Create the store if it does not exist.")
@click.option("--access-log/--no-access-log", default=True, help="Log a line for every request.  [default: on]")
@site_option
@table_option
def serve(
    store: str,
    host: str,
    port: int,
    strict: bool,
    read_only: bool,
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
) -> int:
    """Serve a store over HTTP, with the API of Wix.

    Serves Search Orders, the reads and the writes of orders and of their payments, with the errors of Wix. POST
    /_orderquery/load loads orders, transactions and webhook events. GET /openapi.json describes the API.

    Keeps an event of every write: read them at GET /_orderquery/events, or pass --webhook-url to get them delivered
    as Wix delivers webhooks. GET /_orderquery/webhook-key is the public key for your app.

    Ignores what Wix ignores in a request, and reports it in the log and in the header x-orderquery-warnings. With
    --strict, rejects such a request.

    Stops on Ctrl-C or SIGTERM, after the open requests are answered.
    """
    from ..stores.engines import shown_location

    key = None if webhook_key is None else webhook_key.read()
    events = read_event_options(webhook_url, webhook_signing_key, instance, no_events, details_updated)
    with open_store(store, load_table(table), site, create=create or store == ":memory:") as opened:
        name = shown_location(store)
        run_server(
            opened, name, host, port, strict=strict, read_only=read_only, api_key=api_key, hosts=allow_host,
            webhook_key=key, access_log=access_log, events=events._replace(signing_key=signing_key_for(store, events)),
        )  # fmt: skip
    return EXIT_OK


def run_server(
    store: Store,
    name: str,
    host: str,
    port: int,
    *,
    strict: bool = False,
    read_only: bool = False,
    api_key: str | None = None,
    hosts: tuple[str, ...] = (),
    webhook_key: bytes | None = None,
    access_log: bool = True,
    events: EventOptions | None = None,
) -> None:
    """Serve an open store until Ctrl-C or SIGTERM.

    ``name`` is the name of the store in the output.
    """
    from ..emulator.app import create_app
    from ..emulator.server import listen, url_of
    from ..emulator.server import serve as serve_app

    accepted_hosts = None if api_key else (host, *hosts)
    emulator = (events or EventOptions()).open_emulator(store, strict=strict, read_only=read_only)
    app = create_app(store, api_key=api_key, hosts=accepted_hosts, webhook_key=webhook_key, emulator=emulator)
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
