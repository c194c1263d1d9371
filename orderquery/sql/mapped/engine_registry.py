"""The engines that can search mapped tables, by dialect."""

from __future__ import annotations

from .duckdb import Duckdb
from .mapping_engine import MappingEngine
from .postgres import Postgres
from .sqlite import Sqlite
from .warehouses import Bigquery, Snowflake

MAPPING_ENGINES: dict[str, MappingEngine] = {
    engine.name: engine for engine in (Sqlite(), Postgres(), Duckdb(), Bigquery(), Snowflake())
}
