from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hostile_shop import hostile_orders
from page_driver import WAIT_S, Person, counting_calls
from serving import Server, running

import orderquery as oq
from orderquery.documents.json_lines import read_file
from orderquery.samples.generator import sample_lines

ORDERS = 100_000
MAX_DELAY_MS = int(os.environ.get("ORDERQUERY_PAGE_DELAY_MS", "0"))
WIDTHS = {"wide": (1400, 900), "narrow": (360, 740)}
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A real Chromium."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    assert program is not None, "Chromium is not installed: apt-get install chromium"
    # Chromium's sandbox does not start for root.
    options = ["--no-sandbox"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def large_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over 100,000 orders."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "orders.jsonl").write_bytes(b"\n".join(sample_lines(ORDERS)))
    with oq.open_store(folder / "shop.db") as store:
        store.load_records(record for _, record in read_file(store.schema, str(folder / "orders.jsonl")))
    with running(["serve", "shop.db", "--no-access-log"], folder) as server:
        yield server


@pytest.fixture(scope="session")
def hostile_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over orders that try to break the page."""
    folder = tmp_path_factory.mktemp("hostile")
    with oq.open_store(folder / "shop.db") as store:
        store.load(hostile_orders())
    with running(["serve", "shop.db", "--no-access-log"], folder) as server:
        yield server


@pytest.fixture
def people(chromium: Any) -> Iterator[Callable[..., Person]]:
    """A function that brings a person to a server; each of them has a browser of their own."""
    contexts, found = [], []

    def come(server: Server | str, width: str = "wide", context: Any = None, **options: Any) -> Person:
        if context is None:
            size = dict(zip(("width", "height"), WIDTHS[width], strict=True))
            context = chromium.new_context(viewport=size, accept_downloads=True, **options)
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            context.set_default_timeout(WAIT_S * 1_000)
            context.add_init_script(counting_calls(MAX_DELAY_MS))
            contexts.append(context)
        person = Person(context.new_page(), server if isinstance(server, str) else server.url)
        found.append(person)
        return person

    yield come
    for person in found:
        if not person.page.is_closed():
            person.check_clean()
    for context in contexts:
        context.close()


@pytest.fixture(params=list(WIDTHS))
def someone(request: pytest.FixtureRequest, people: Callable[..., Person], large_shop: Server) -> Person:
    """A person at the large shop, on a wide screen and on a narrow one."""
    return people(large_shop, request.param).open()


@pytest.fixture
def one(people: Callable[..., Person], large_shop: Server) -> Person:
    """A person at the large shop, on a wide screen."""
    return people(large_shop).open()
