"""Which site a request is for: no load makes a site unreachable (D32)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..diagnostics.errors import StoreError, UsageError
from ..language.site_names import check_site
from .auth import SITE_HEADER, parameter_error, query_parameter, read_header
from .errors import application_error, validation_error

if TYPE_CHECKING:
    from starlette.requests import Request

    from ..stores.base import Store

_MAX_KNOWN_SITES = 10_000


class SiteChooser:
    """Selects the store of the site that a request names in ``wix-site-id``.

    A store opened for a named site serves only that site. Otherwise the header selects a site that holds something, and
    a request without it is for the site without a name. A header that names no such site is ignored by a server that
    started with no named site; other servers answer as an empty site. What was decided when the server started does
    not change with a load. With ``by_header`` the header always selects the site.
    """

    def __init__(self, store: Store, *, by_header: bool = False) -> None:
        self._store, self._by_header = store, by_header
        self.has_named = bool(store.site) or by_header or _has_named_site(store)
        self._known: set[str] = set()

    def store_for(self, request: Request) -> Store:
        """Return the store of the site that a request names.

        Raises:
            Refused: 400 if the header is needed and missing, or cannot be the name of a site. 403 if it names a site
                that is not served.

        """
        store, sent = self._store, read_header(request, SITE_HEADER)
        if store.site:
            if sent and sent != store.site.encode():
                raise application_error(403, "PERMISSION_DENIED", "this server does not serve the site in wix-site-id")
            return store
        if sent:
            named = self._named(sent)
            return named if self.has_named or self._is_known(named) else store
        if not self.has_named or self._by_header or self._is_known(store):
            return store
        raise site_error("missing header wix-site-id: this store contains several sites; send the id of one")

    def _named(self, sent: bytes) -> Store:
        try:
            return self._store.at_site(sent.decode())
        except UnicodeDecodeError:
            raise site_error("wix-site-id is not valid UTF-8", "FORMAT") from None
        except UsageError as problem:
            raise site_error(str(problem), "FORMAT") from None

    def _is_known(self, store: Store) -> bool:
        """Return whether a site holds something, or did since the server started."""
        if store.site in self._known:
            return True
        if not _holds_anything(store):
            return False
        if len(self._known) < _MAX_KNOWN_SITES:
            self._known.add(store.site)
        return True


def _has_named_site(store: Store) -> bool:
    try:
        # Listing the sites takes a query for each: most stores with named sites have an order at one.
        return store.holds_named_site() or (store.can_write and any(store.sites()))
    except StoreError:
        # A damaged file: its requests are answered with 503.
        return True


def _holds_anything(store: Store) -> bool:
    # The tables of a store that is only read have a column of sites, or none; nothing can be loaded into them.
    return store.holds_anything() if store.can_write else bool(store.site) and store.holds_named_site()


def site_error(description: str, rule: str = "REQUIRED_FIELD") -> Exception:
    """Return a 400 about the header ``wix-site-id``."""
    return validation_error([{"field": SITE_HEADER, "description": description, "violatedRule": rule}])


def site_parameter(request: Request) -> str:
    """Return the query parameter ``site``, or an empty string.

    Raises:
        Refused: 400 if it cannot be the name of a site.

    """
    try:
        return check_site(query_parameter(request, "site"))
    except UsageError as problem:
        raise parameter_error("site", str(problem)) from None
