"""The engines that can have own tables."""

from __future__ import annotations

from .duckdb import Duckdb
from .engine import Engine
from .postgres import Postgres
from .sqlite import Sqlite
from .warehouses import Bigquery, Snowflake

ENGINES: dict[str, Engine] = {
    engine.name: engine for engine in (Sqlite(), Postgres(), Duckdb(), Bigquery(), Snowflake())
}
