"""The URL of a store in PostgreSQL: what libpq is told, the namespace of the tables, and what people are shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from ...diagnostics.errors import UsageError
from ...language.types import has_lone_surrogate

NAMESPACE = "orderquery"
"""The PostgreSQL schema that holds the tables, unless the URL names another."""

_LONGEST_NAME = 63
"""Bytes of a name in PostgreSQL."""

_PASSWORD = re.compile(r"(?<=://)([^:?#]*):(.*)@")
_NO_PORT = re.compile(r"://[^/:]*:(?!\d*(?:[/,]|$))")
_SPECIAL = re.compile(r"[@:/?#%&=\[\]]")
_SHORTEST_PIECE = 3
_NAME = re.compile(r"[a-z_]*")
"""What a parameter may be called; anything else is the rest of a password with an unescaped ``&``."""

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


def _parted(url: str) -> tuple[str, str, str]:
    """A URL before its parameters, the mark, and the parameters; a ``?`` in a password, unescaped, is no such mark."""
    base, mark, query = url.partition("?")
    at = query.rfind("@")
    if at < 0 or "@" in base or not _NO_PORT.search(base):
        return base, mark, query
    rest, later, parameters = query[at:].partition("?")
    return base + mark + query[:at] + rest, later, parameters


def _masked(url: str) -> str:
    base, mark, query = _parted(url)
    # A password may hold an @ that should have been escaped: everything up to the last one is taken for it.
    masked = _PASSWORD.sub(rf"\1:{_HIDDEN}@", base)
    return masked + mark + _PARAMETER.sub(_hidden, query)


def _hidden(parameter: re.Match[str]) -> str:
    name = parameter[1]
    if name in _SHOWN:
        return parameter[0]
    return f"{name if _NAME.fullmatch(name) else _HIDDEN}={_HIDDEN}"


def _secrets(url: str) -> set[str]:
    base, _, query = _parted(url)
    password = _PASSWORD.search(base)
    found = [password[2]] if password else []
    found += [value for name, value in _PARAMETER.findall(query) if name not in _SHOWN]
    found += [name for name, _ in _PARAMETER.findall(query) if not _NAME.fullmatch(name)]
    # libpq ends a password at the first character that should have been escaped, and quotes what follows it.
    pieces = (piece for secret in found for piece in _SPECIAL.split(secret) if len(piece) >= _SHORTEST_PIECE)
    return {text for secret in (*found, *pieces) for text in (secret, unquote(secret)) if text}
