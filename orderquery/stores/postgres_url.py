"""The URL of a store in PostgreSQL: what libpq is told, the namespace of the tables, and what people are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from ..diagnostics import UsageError
from ..values import has_lone_surrogate

NAMESPACE = "orderquery"
"""The PostgreSQL schema that holds the tables, unless the URL names another."""

_LONGEST_NAME = 63
"""Bytes of a name in PostgreSQL."""

_PASSWORD = re.compile(r"(?<=://)([^:?#]*):(.*)@")
_PARAMETER = re.compile(r"([^&=]*)=([^&]*)")
_SHOWN = frozenset(
    ("host", "hostaddr", "port", "dbname", "user", "namespace", "sslmode", "connect_timeout", "application_name")
)
"""The parameters whose values are shown: any other may be a password, or one misspelled."""
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a store lies. ``shown`` is the URL without its passwords, for messages."""

    url: str = field(repr=False)
    namespace: str
    shown: str

    def without_secrets(self, text: str) -> str:
        """A message of the driver, in which it may have quoted from the URL."""
        text = text.replace(self.url, self.shown)
        for secret in sorted(_secrets(self.url), key=len, reverse=True):
            text = text.replace(secret, _HIDDEN)
        return text


def target_of(url: str) -> Target:
    """The target a URL names: all of it is libpq's but the parameter ``namespace``.

    Raises:
        UsageError: the namespace is no name.

    """
    base, mark, query = url.partition("?")
    parameters = query.split("&") if mark else []
    named = [text.partition("=")[2] for text in parameters if text.partition("=")[0] == "namespace"]
    rest = [text for text in parameters if text.partition("=")[0] != "namespace"]
    namespace = unquote(named[-1]) if named else NAMESPACE
    if not namespace or "\0" in namespace or has_lone_surrogate(namespace):
        raise UsageError("namespace is the name of a PostgreSQL schema, such as ?namespace=shop")
    if len(namespace.encode()) > _LONGEST_NAME:
        raise UsageError(f"the name of a PostgreSQL schema has at most {_LONGEST_NAME} bytes: {namespace!r} is longer")
    return Target(base + (f"?{'&'.join(rest)}" if rest else ""), namespace, _masked(url))


def _masked(url: str) -> str:
    base, mark, query = url.partition("?")
    # A password may hold an @ that should have been escaped: everything up to the last one is taken for it.
    masked = _PASSWORD.sub(rf"\1:{_HIDDEN}@", base)
    return (
        masked + mark + _PARAMETER.sub(lambda found: found[0] if found[1] in _SHOWN else f"{found[1]}={_HIDDEN}", query)
    )


def _secrets(url: str) -> set[str]:
    base, _, query = url.partition("?")
    password = _PASSWORD.search(base)
    found = [password[2]] if password else []
    found += [value for name, value in _PARAMETER.findall(query) if name not in _SHOWN]
    return {text for secret in found for text in (secret, unquote(secret)) if text}
