"""The envelope of a webhook event: a JSON Web Token in which each level is a text.

The JavaScript SDK refuses objects where it expects these texts, as its runtime showed.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping

from .limits import ENVELOPE_LIFETIME_S

_INSTANCES = uuid.uuid5(uuid.NAMESPACE_URL, "orderquery:app-instances")


def instance_of(site: str, instances: Mapping[str, str] | None = None) -> str:
    """Return the instance id of an app at a site.

    Without a given one, it is made from the name of the site.
    """
    return (instances or {}).get(site) or str(uuid.uuid5(_INSTANCES, site))


def site_of_instance(instance_id: str, instances: Mapping[str, str]) -> str | None:
    """Return the site at which an app has this instance id, if it was given."""
    return next((site for site, known in instances.items() if known == instance_id), None)


def event_type_of(entity_fqdn: str, slug: str) -> str:
    """Return the type of an event, by which the SDK finds its handler."""
    return f"{entity_fqdn}_{slug}"


def envelope_claims(event: bytes, event_type: str, instance_id: str) -> bytes:
    """Return the claims of an envelope, as JSON.

    ``iat`` is the machine's time, not that of the emulator's clock, because receivers check ``exp`` against their own.
    """
    issued = int(time.time())
    inner = {"data": event.decode("utf-8", "replace"), "instanceId": instance_id, "eventType": event_type}
    return _json({"data": _json(inner).decode(), "iat": issued, "exp": issued + ENVELOPE_LIFETIME_S})


def _json(value: Mapping[str, str | int]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def tampered(token: str) -> str:
    """Return a token with one character of its claims changed."""
    head, claims, signature = token.split(".")
    middle = len(claims) // 2
    other = "A" if claims[middle] != "A" else "B"
    return f"{head}.{claims[:middle]}{other}{claims[middle + 1 :]}.{signature}"
