"""The PostgreSQL driver, an optional dependency."""

from __future__ import annotations

from ...diagnostics.errors import MissingExtra

try:
    import psycopg as psycopg
    import psycopg_pool as psycopg_pool
    from psycopg import conninfo as conninfo
    from psycopg import errors as errors
    from psycopg import pq as pq
    from psycopg import sql as sql
except ImportError as problem:
    raise MissingExtra("postgres", problem) from None
