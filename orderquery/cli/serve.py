"""The command ``serve``: a store over HTTP, with the API of Wix."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click
from click.core import ParameterSource

from .control_options import ControlOptions, control_options
from .defaults import default_of
from .event_options import EventOptions, event_options, read_event_options, signing_key_for
from .inputs import load_table, open_store, port_option, read_key, site_option, table_option
from .output import flush_stdout, write_line, write_message
from .program import EXIT_OK, Command

if TYPE_CHECKING:
    from pathlib import Path

    from ..stores.base import Store

KEY_VARIABLE = "ORDERQUERY_API_KEY"
_EXAMPLE = '{"search": {"filter": {"paymentStatus": "PAID"}, "cursorPaging": {"limit": 1}}}'
_LOOPBACK = ("127.", "::1")
_IN_MEMORY = "an empty store in memory"


@click.command(
    cls=Command,
    examples=(
        "orderquery serve shop.db",
        "orderquery serve shop.db --port 9000 --strict",
        "orderquery serve --empty --clock 2026-01-01T00:00:00Z --seed test",
        "orderquery serve shop.db --webhook-url http://127.0.0.1:3000/webhook",
    ),
)
@click.argument("store", metavar="[STORE]", required=False)
@click.option("--empty", is_flag=True, help="Serve an empty store in memory, with --control, instead of STORE.")
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
@click.option(
    "--create", is_flag=True, help="Create the tables of a database, such as PostgreSQL, if they do not exist."
)
@click.option("--no-playground", is_flag=True, help="Do not serve the playground, the page at /.")
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
    no_playground: bool,
    access_log: bool,
    site: str,
    table: str | None,
    tests: ControlOptions,
) -> int:
    """Serve a store over HTTP, with the API of Wix.

    Searches, creates, updates, cancels and pays orders, and manages the orders of pricing plans, with the errors of
    Wix; GET /openapi.json describes every path. POST /_orderquery/load loads orders, transactions, plans and webhook
    events. A STORE that is a file is created if it does not exist; --empty needs none.

    Every write announces events: read them at GET /_orderquery/events, or pass --webhook-url to get them delivered as
    Wix delivers webhooks. GET /_orderquery/webhook-key is the public key for your app.

    Open the server's address in a browser to write searches and to see the requests that reach it.

    What Wix ignores in a request is ignored, and reported in the log and in the header x-orderquery-warnings. With
    --strict, such a request is refused.

    For tests: --control, --clock, --seed, --read-only and --allow-origin.

    Stops on Ctrl-C or SIGTERM, after the open requests are answered.
    """
    from ..diagnostics.errors import StoreError, UsageError
    from ..stores.locations import MEMORY, file_of, shown_location
    from ..stores.store_errors import MissingStore

    if store is None and not empty:
        store = default_of("store")
    if empty == (store is not None):
        raise UsageError("serve takes either STORE or --empty; write: orderquery serve shop.db")
    store = store or MEMORY
    file = file_of(store)
    is_new = file is not None and not file.exists()
    if file is not None:
        _check_is_store(store, file, is_new=is_new)
    _check_key(api_key)
    tests = tests._replace(control=tests.control or empty)
    key = None if webhook_key is None else read_key(webhook_key)
    events = read_event_options(webhook_url, webhook_signing_key, instance, no_events, details_updated)
    if tests.read_only and events.urls:
        raise UsageError("--webhook-url needs writes; remove --read-only")
    creates = create or store == MEMORY or (is_new and not tests.read_only)
    try:
        opening = open_store(store, load_table(table), site, create=creates)
    except MissingStore as problem:
        raise StoreError(f"{problem}; or add --create to serve it empty") from None
    with opening as opened:
        name = _IN_MEMORY if store == MEMORY else shown_location(store)
        if is_new:
            write_message(f"orderquery: note: {name} did not exist; created an empty store")
        run_server(
            opened, name, host, port, strict=strict, api_key=api_key, hosts=allow_host, webhook_key=key,
            access_log=access_log, events=events._replace(signing_key=signing_key_for(store, events)), tests=tests,
            playground=not no_playground,
        )  # fmt: skip
    return EXIT_OK


def _check_key(api_key: str | None) -> None:
    """Raise ``UsageError`` for an empty key, which would admit every caller."""
    import os

    from ..diagnostics.errors import UsageError

    # click takes an empty variable for one that is not set.
    found = os.environ.get(KEY_VARIABLE) if api_key is None else api_key
    if found is not None and not found.strip():
        if _is_option("api_key"):
            raise UsageError("--api-key is empty; pass a key, or remove the option to serve without one")
        raise UsageError(f"{KEY_VARIABLE} is empty; set it to a key, or unset it to serve without one")


def _is_option(name: str) -> bool:
    """Return whether a value is from the command line, not from a variable."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def _check_is_store(store: str, file: Path, *, is_new: bool) -> None:
    """Raise ``UsageError`` for a file of orders, or a new file with a name of one."""
    import shlex

    from ..diagnostics.errors import UsageError
    from ..documents.file_kinds import DOCUMENTS_SUFFIXES, is_documents_file

    if is_documents_file(store) or (is_new and file.suffix in DOCUMENTS_SUFFIXES):
        load = shlex.join(["orderquery", "load", "shop.db", store])
        problem = "is the name of a file of orders, and does not exist" if is_new else "is a file of orders"
        raise UsageError(f'"{store}" {problem}; write: {load} && orderquery serve shop.db')


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
    playground: bool = True,
) -> None:
    """Serve an open store until Ctrl-C or SIGTERM.

    ``name`` is the name of the store in the output.
    """
    from ..diagnostics.errors import UsageError
    from ..emulator.app import create_app
    from ..emulator.server import listen, url_of
    from ..emulator.server import serve as serve_app

    accepted_hosts = None if api_key else (host, *hosts)
    tests = tests or ControlOptions()
    emulator = (events or EventOptions()).open_emulator(
        store, strict=strict, clock=tests.clock(), seed=tests.seed, read_only=tests.read_only
    )
    if emulator.deliveries and emulator.site.read_only:
        raise UsageError(f"--webhook-url needs writes, and {emulator.site.read_only}")
    app = create_app(
        store, api_key=api_key, hosts=accepted_hosts, webhook_key=webhook_key, emulator=emulator,
        control=tests.control, origins=tests.origins, playground=playground,
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
            if playground:
                write_line(f"open {url}/ in a browser to write searches")
            write_line(f"try: curl -s {url}/ecom/v1/orders/search -d '{_EXAMPLE}'")
            flush_stdout()

        serve_app(app, listener, access_log=access_log, begun=announce)
    write_line("stopped")
