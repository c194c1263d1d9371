"""Exports searched by Apache Spark. Needs the extra ``spark``, and Java.

An active session, such as a notebook's, is used. Otherwise one is started for this process: a driver and two executors,
separate processes on this machine, or the cluster that ``ORDERQUERY_SPARK_MASTER`` names. Starting takes about twenty
seconds, and the session ends with the process.
"""

from __future__ import annotations

import atexit
import itertools
import os
import re
import shutil
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from ...diagnostics.errors import MissingExtra, StoreError
from ...language.schema import Schema
from ..store_errors import is_closed
from .store import Deadline, ParquetEngine, ParquetStore
from .tables import DOCUMENT, ORDERS, TRANSACTION_COLUMNS, TRANSACTIONS, ColumnarColumn, columns

MASTER_VARIABLE = "ORDERQUERY_SPARK_MASTER"
MASTER = "local-cluster[2,1,1024]"
"""Two executors of one core and 1,024 MB."""

OLDEST_JAVA = 17
_INSTALL_JAVA = "apt-get install openjdk-17-jre-headless"
_KINDS = {"text": "STRING", "integer": "BIGINT", "boolean": "BOOLEAN"}
_PATTERN = re.compile(r"[][{}*?\\]")
_SETTINGS = {
    "spark.app.name": "orderquery",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
_ON_THIS_MACHINE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
_LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d %p %c: %m%n
"""
_CANCEL_AGAIN_S = 0.1
"""How long between two attempts to cancel: a job that begins just after the first one continues."""
_lock = threading.Lock()
_numbers = itertools.count(1)


class SparkStore(ParquetStore):
    """Orders of one site in an export, searched by Spark."""

    dialect = "spark"
    read_pattern = r"\bFileScan \w+"

    def _start(self) -> ParquetEngine:
        return _SparkEngine(self.path, self.schema)


class _SparkEngine(ParquetEngine):
    """A new session of this process's driver, with views over the files."""

    def __init__(self, folder: Path, schema: Schema) -> None:
        self._folder = folder
        with _lock:
            of_process = session()
        with self._errors():
            self._session: Any = of_process.newSession()
            for name, listed in ((ORDERS, columns(schema)), (TRANSACTIONS, TRANSACTION_COLUMNS)):
                typed = ", ".join(f"`{column.name}` {_type(column)}" for column in listed)
                files = "file://" + _PATTERN.sub(r"\\\g<0>", str(folder / name))
                self._session.read.schema(typed).parquet(files).createOrReplaceTempView(name)

    def rows(self, text: str, parameters: dict[str, Any], deadline: Deadline | None = None) -> list[Sequence[Any]]:
        """Run a statement; return its rows.

        Raises ``StoreError``, and ``StoreTimeout`` after the deadline.
        """
        if deadline is None:
            return self._collect(text, parameters)
        context = self._open_session().sparkContext
        group, done, passed = f"orderquery {next(_numbers)}", threading.Event(), threading.Event()
        seconds = deadline.left()

        def watch() -> None:
            over = done.wait(seconds)
            while not over:
                passed.set()
                context.cancelJobGroup(group)
                over = done.wait(_CANCEL_AGAIN_S)

        context.setJobGroup(group, text[:200], interruptOnCancel=True)
        watcher = threading.Thread(target=watch, name="orderquery deadline", daemon=True)
        watcher.start()
        try:
            return self._collect(text, parameters)
        except StoreError as problem:
            if passed.is_set():
                raise deadline.passed() from problem
            raise
        finally:
            done.set()
            watcher.join()
            context.setLocalProperty("spark.jobGroup.id", None)

    def _collect(self, text: str, parameters: dict[str, Any]) -> list[Sequence[Any]]:
        with self._errors():
            found = self._open_session().sql(text, args=parameters).collect()
        return [(*row[:-1], bytes(row[-1])) if isinstance(row[-1], bytearray) else row for row in found]

    def execution_plan(self, text: str, parameters: dict[str, Any]) -> list[str]:
        """Return the lines of the engine's execution plan for a statement."""
        ((plan,),) = self._collect(f"EXPLAIN {text}", parameters)
        return str(plan).strip().splitlines()

    def _open_session(self) -> Any:
        if self._session is None:
            raise is_closed(str(self._folder))
        return self._session

    @contextmanager
    def _errors(self) -> Iterator[None]:
        from py4j.protocol import Py4JError, Py4JNetworkError
        from pyspark.errors import PySparkException

        try:
            yield
        except (Py4JNetworkError, ConnectionError) as problem:
            raise StoreError("the Spark driver has stopped; restart this program") from problem
        except (PySparkException, Py4JError) as problem:
            raise StoreError(f"{self._folder}: {_first_line(problem)}") from problem

    def close(self) -> None:
        """Drop the tables. Closing twice is allowed.

        The session of the process stays open for other stores.
        """
        closed, self._session = self._session, None
        if closed is not None:
            with suppress(StoreError), self._errors():
                for name in (ORDERS, TRANSACTIONS):
                    closed.catalog.dropTempView(name)


def _type(column: ColumnarColumn) -> str:
    if column.name == DOCUMENT.name:
        # As a text, Spark would replace what is not UTF-8.
        return "BINARY"
    kind = _KINDS[column.kind]
    return f"ARRAY<{kind}>" if column.many else kind


def _first_line(problem: Exception) -> str:
    """Return the first line of an engine's error; the others are its stack."""
    lines = str(problem).strip().splitlines()
    return lines[0] if lines else type(problem).__name__


# -- the session of the process ---------------------------------------------------------------------------------


@cache
def session() -> Any:
    """Return the session of this process.

    Raises:
        StoreError: Java is missing or too old, or Spark failed to start.
        MissingExtra: ``pyspark`` is not installed.

    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as problem:
        raise MissingExtra("spark", problem) from None
    with warnings.catch_warnings():
        # Its first import warns about versions of packages that are not used here.
        warnings.simplefilter("ignore")
        import pyspark.testing.utils  # noqa: F401
    return SparkSession.getActiveSession() or _start_session()


def _start_session() -> Any:
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    _check_java()
    home = Path(tempfile.mkdtemp(prefix="orderquery-spark-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    master = os.environ.get(MASTER_VARIABLE) or MASTER
    settings = {**_SETTINGS, "spark.master": master, "spark.sql.warehouse.dir": str(home / "warehouse")}
    if master.startswith("local"):
        settings |= _ON_THIS_MACHINE
    conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    log = home / "driver.log"
    try:
        with log.open("wb") as stream, _environment(home, master):
            launch: Any = launch_gateway
            gateway = launch(conf, {"stdout": stream, "stderr": stream})
            started = SparkSession(SparkContext(gateway=gateway, conf=conf))
    except (PySparkException, OSError) as problem:
        last_lines = log.read_text("utf-8", "replace").strip().splitlines()[-5:] if log.exists() else []
        raise StoreError("\n".join((f"Spark failed to start: {_first_line(problem)}", *last_lines))) from problem
    atexit.register(_stop_session, started, gateway)
    return started


def _stop_session(started: Any, gateway: Any) -> None:
    with suppress(Exception):
        started.stop()
    with suppress(Exception):
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(10)


def _check_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None:
        raise StoreError(f"Spark needs Java {OLDEST_JAVA} or newer; run: {_INSTALL_JAVA}, or set JAVA_HOME")
    try:
        version = subprocess.run([java, "-version"], capture_output=True, text=True, check=True).stderr  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as problem:
        raise StoreError(
            f"Spark needs Java {OLDEST_JAVA} or newer, but {java} does not run: {problem}; set JAVA_HOME"
        ) from problem
    found = re.search(r'version "(\d+)', version)
    if found and int(found[1]) < OLDEST_JAVA:
        raise StoreError(
            f"Spark needs Java {OLDEST_JAVA} or newer, but {java} is version {found[1]}; run: {_INSTALL_JAVA}"
        )


@contextmanager
def _environment(home: Path, master: str) -> Iterator[None]:
    """Set the environment variables that a new driver inherits.

    Executors on this machine write to the folder that Spark is installed in, which may be shared or read-only. They
    get a folder of this process instead, with links to the installed files.
    """
    given: dict[str, str] = {}
    if "SPARK_HOME" not in os.environ:
        import pyspark

        _link_installed(Path(pyspark.__file__).parent, home)
        given = {"SPARK_HOME": str(home), "SPARK_CONF_DIR": str(home / "conf")}
    if master.startswith("local"):
        given["SPARK_LOCAL_IP"] = "127.0.0.1"
    before: dict[str, str | None] = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _link_installed(installed: Path, home: Path) -> None:
    for part in ("bin", "jars", "sbin", "python"):
        if (installed / part).exists():
            (home / part).symlink_to(installed / part, target_is_directory=True)
    (home / "conf").mkdir()
    (home / "conf" / "log4j2.properties").write_text(_LOGGING)
