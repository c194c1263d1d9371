"""The options of ``serve`` for events and webhooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar

import click

from .inputs import read_key
from .output import write_message

if TYPE_CHECKING:
    from ..emulator.emulator import Emulator
    from ..emulator.signing_key import LazySigningKey, SigningKey
    from ..stores.base import Store

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--webhook-url", metavar="URL", multiple=True,
        help="Deliver every event to this URL, signed, with the retries of Wix. Repeat it for several.",
    ),
    click.option(
        "--webhook-signing-key", metavar="FILE", type=click.File("rb"),
        help="Private RSA key (PEM) that signs events.  [default: a key beside STORE, made once]",
    ),
    click.option(
        "--instance", metavar="SITE=ID", multiple=True,
        help="Instance id of your app at a site, in events.  [default: made from the name of the site]",
    ),
    click.option("--no-events", is_flag=True, help="Keep and deliver no events."),
    click.option(
        "--details-updated", is_flag=True,
        help="Announce payments as order_transactions_details_updated, too, as Wix will.",
    ),
)  # fmt: skip


def event_options(command: Decorated) -> Decorated:
    """Add the options for events and webhooks."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


class EventOptions(NamedTuple):
    """What the options say; ``None`` as the key is one of the process."""

    urls: tuple[str, ...] = ()
    given_key: SigningKey | None = None
    instances: Mapping[str, str] = {}
    events: bool = True
    details_updated: bool = False
    signing_key: LazySigningKey | None = None

    def open_emulator(self, store: Store, **options: Any) -> Emulator:
        """Return the emulator of a store, with other options of it.

        Raises ``UsageError`` for a URL that cannot be used.
        """
        from ..emulator.emulator import Emulator
        from ..emulator.signing_key import process_signing_key

        return Emulator(
            store,
            **options,
            events=self.events,
            details_updated=self.details_updated,
            instances=self.instances,
            webhook_urls=self.urls,
            signing_key=self.signing_key or process_signing_key,
        )


def read_event_options(
    urls: tuple[str, ...],
    signing_key: BinaryIO | None,
    instances: tuple[str, ...],
    no_events: bool,
    details_updated: bool,
) -> EventOptions:
    """Return what the options say.

    Raises:
        UsageError: an option cannot be used, or contradicts another.

    """
    from ..diagnostics.errors import UsageError

    if no_events and (urls or details_updated):
        given = "--webhook-url" if urls else "--details-updated"
        raise UsageError(f"{given} needs events; remove --no-events")
    key = None
    if urls or signing_key is not None:
        from ..emulator.signing_key import SigningKey
        from ..emulator.webhook_client import read_webhook_url

        for url in urls:
            read_webhook_url(url)
        key = None if signing_key is None else SigningKey(read_key(signing_key))
    return EventOptions(urls, key, dict(map(_read_instance, instances)), not no_events, details_updated)


def _read_instance(text: str) -> tuple[str, str]:
    from ..diagnostics.errors import UsageError
    from ..diagnostics.quoting import quoted
    from ..language.site_names import check_site

    site, separator, instance_id = text.rpartition("=")
    if not separator or not instance_id.strip():
        raise UsageError(f"{quoted(text)} is not an instance; write: --instance SITE=ID")
    return check_site(site), instance_id


def signing_key_for(location: str, options: EventOptions) -> LazySigningKey:
    """Return the key that signs events.

    It is the given one, else one beside the store, else one of this process.

    Raises:
        StoreError: the key beside the store cannot be used, and there is something to deliver.

    """
    from ..emulator.signing_key import LazySigningKey, key_of_file, process_signing_key
    from ..stores.locations import file_of

    given = options.given_key
    if given is not None:
        return LazySigningKey(lambda: given)
    file = file_of(location)
    if file is not None:
        key = key_of_file(file)
        if options.urls:
            key.get()
        return key
    if options.urls:
        write_message(
            "orderquery: note: this server makes a new webhook key each time it starts; "
            "pass --webhook-signing-key to keep one"
        )
    return process_signing_key
