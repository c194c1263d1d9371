"""The files of the page: small, readable, without inline code, and in the package."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from serving import Asker

from orderquery.playground.files import SECURITY_HEADERS, page_files

MAX_PAGE_BYTES = 60_000
MAX_FILE_LINES = 400
STATIC = "/_orderquery/playground/static/"
NAMES = sorted(page_files())


def source(name: str) -> str:
    return page_files()[name].content.decode("utf-8")


def test_the_page_weighs_at_most_60_kb() -> None:
    assert sum(len(file.content) for file in page_files().values()) <= MAX_PAGE_BYTES


def test_b22_the_files_are_read_from_the_package() -> None:
    folder = files("orderquery.playground").joinpath("static")
    assert {item.name for item in folder.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_short_and_has_no_way_to_run_text(name: str) -> None:
    text = source(name)
    assert text.count("\n") <= MAX_FILE_LINES
    assert text.endswith("\n")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|setHTML|srcdoc|DOMParser", text
    )
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), "nothing is loaded from elsewhere"
    assert "//cdn" not in text


def test_b9_the_html_has_no_inline_code_and_no_inline_style() -> None:
    html = source("index.html")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=", html)
    assert 'setAttribute("style"' not in "".join(map(source, NAMES))


def test_b1_the_query_string_is_no_part_of_the_page() -> None:
    asker = Asker(playground=True)
    plain = asker.client.get("/")
    assert asker.client.get("/?query=</script><script>alert(1)</script>").content == plain.content
    assert plain.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/", *(STATIC + name for name in NAMES), STATIC + "nothing.js"])
def test_b9_every_file_has_the_policy(path: str) -> None:
    answer = Asker(playground=True).client.get(path)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value, path
    assert "'unsafe" not in answer.headers["content-security-policy"]
    assert Asker(playground=True).client.get(STATIC + "..%2froutes.py").status_code == 404
    found = path == "/" or path.rpartition("/")[2] in NAMES
    assert answer.status_code == (200 if found else 404)


def test_a_file_that_is_known_is_not_sent_again() -> None:
    client = Asker(playground=True).client
    first = client.get(STATIC + "main.js")
    again = client.get(STATIC + "main.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_page_is_there_only_when_asked_for() -> None:
    without = Asker()
    assert without.get("/").status == 404
    assert without.ask("POST", "/_orderquery/playground/about", {}).status == 404
    assert without.app.state.request_log is None


def test_the_page_works_under_a_path_of_an_application() -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    outer = Starlette(routes=[Mount("/shop", Asker(playground=True).app)])
    asker = Asker(app=outer)
    assert asker.client.get("/shop/").status_code == 200
    assert 'src="_orderquery/playground/static/main.js"' in source("index.html")
    assert asker.client.get("/shop" + STATIC + "main.js").status_code == 200
