"""What every HTTP handler shares: the emulator, who is admitted, and the limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from ..documents.rest_names import in_rest_names
from .auth import ApiKey
from .emulator import Emulator
from .hosts import Hosts
from .load_turns import LoadTurns
from .site_chooser import SiteChooser
from .webhook_jwt import Envelopes

if TYPE_CHECKING:
    from starlette.requests import Request

    from ..stores.base import Store


@dataclass(frozen=True)
class HttpContext:
    """The emulator behind the endpoint, and the endpoint's options."""

    emulator: Emulator
    strict: bool
    api_key: ApiKey
    hosts: Hosts
    envelopes: Envelopes
    max_body_bytes: int
    max_load_bytes: int
    search_timeout_s: float
    sites: SiteChooser
    turns: LoadTurns

    @property
    def store(self) -> Store:
        """The store that was served, at the site it was opened for."""
        return self.emulator.store

    def admit(self, request: Request) -> None:
        """Refuse a request without the API key, or for another host.

        Raises:
            Refused: 401 or 403.

        """
        self.api_key.require(request)
        self.hosts.require(request)

    def store_for(self, request: Request) -> Store:
        """Return the store of the site that a request names. Raises ``Refused``."""
        return self.sites.store_for(request)

    def emulator_for(self, request: Request) -> Emulator:
        """Return the emulator of the site that a request names. Raises ``Refused``."""
        return self.emulator.at_site(self.store_for(request).site)

    @cached_property
    def rename_to_rest(self) -> Callable[[bytes], bytes]:
        """Return a stored document with the names of REST."""
        return partial(in_rest_names, self.store.schema)
