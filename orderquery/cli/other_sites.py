"""Hints where a site lacks what another site of the store has."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .data_output import write_notes
from .defaults import default_of

if TYPE_CHECKING:
    from ..stores.base import Store

_MAX_NAMED_SITES = 10


def elsewhere(store: Store, has: Callable[[Store], object]) -> str:
    """Return the end of the message for an order that other sites have, else nothing."""
    found = [site for site in _sites_of(store) if site != store.site and has(store.at_site(site))]
    return f"; it is at {_named(found)}" if found else ""


def write_other_sites(store: Store) -> None:
    """Write at which sites a store has orders, if this one has none."""
    found = _sites_of(store)
    if found and store.site not in found:
        from ..diagnostics.quoting import quoted

        here = f"the site {quoted(store.site)}" if store.site else "the site without a name"
        write_notes([f"{here} has no orders; the store has {_named(found)}"])


def _sites_of(store: Store) -> list[str]:
    """Return the sites of a store; of your own tables that have some, none."""
    from ..diagnostics.errors import StoreError

    try:
        return store.sites()
    except StoreError:
        return []


def _named(sites: Sequence[str]) -> str:
    """Return the names of sites, and the option to write."""
    from ..diagnostics.quoting import quoted

    names = [quoted(site) if site else "without a name" for site in sites[:_MAX_NAMED_SITES]]
    names += [f"and {len(sites) - len(names):,} more"] if len(sites) > len(names) else []
    if len(sites) > 1:
        return f"the sites {', '.join(names)}: pass one of them as --site"
    return f"the site {names[0]}: {_option(sites[0])}"


def _option(site: str) -> str:
    if site:
        return f"pass --site {shlex.quote(site)}"
    return "pass --site ''" if default_of("site") else "leave --site out"
