"""The README's code and commands do what it shows."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from command_line import HANG_S, run, shell
from plugins import PLUGINS
from project import ROOT
from serving import served
from starlette.testclient import TestClient

import orderquery as oq

pytest_plugins = ("pytester",)

README = (ROOT / "README.md").read_text("utf-8")
FOLDERS = {path.parent.name: path.read_text("utf-8") for path in (ROOT / "orderquery").rglob("README.md")}
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(
        path
        for folder in ("orderquery", "tests", "grammar", "benchmarks")
        for path in (ROOT / folder).rglob("*.md")
        if "node_modules" not in path.parts
    ),
]
MAX_LINES = 150


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_it_is_short_and_its_links_lead_somewhere() -> None:
    assert len(README.splitlines()) <= MAX_LINES
    for path in DOCUMENTS:
        for target, heading in re.findall(r"\]\((?!http)([^)#]*)#?([^)]*)\)", path.read_text("utf-8")):
            linked = path.parent / target if target else path
            assert linked.exists(), f"{path}: {target}"
            assert not heading or heading in headings(linked), f"{path}: {target}#{heading}"


def headings(document: Path) -> set[str]:
    """Return the headings of a document as links name them."""
    found = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", text.lower()).replace(" ", "-") for text in found}


def test_every_folder_has_a_readme_that_names_only_files_that_exist() -> None:
    for folder in (ROOT / "orderquery").iterdir():
        if (folder / "__init__.py").exists():
            text = (folder / "README.md").read_text("utf-8")
            for name in re.findall(r"`(\w+\.py)`", text):
                assert (folder / name).exists(), f"{folder.name}/README.md: {name}"


def test_the_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    emulator = re.sub(r"<!-- pytest -->\n```python\n.*?```", "", FOLDERS["emulator"], flags=re.DOTALL)
    folders = (emulator, *(FOLDERS[name] for name in ("stores", "memory", "orderquery", "compiler", "sync")))
    for block in (blocks("python")[-1], *(block for text in folders for block in blocks("python", text))):
        exec(compile(block, "README.md", "exec"), {})


def test_the_layouts_can_be_loaded(tmp_path: Path) -> None:
    examples = re.findall(
        r"^    dialect = .*?(?=^\S)", (ROOT / "grammar" / "README.md").read_text("utf-8"), re.M | re.S
    )
    for example in (*blocks("toml", FOLDERS["stores"]), *map(textwrap.dedent, examples)):
        path = tmp_path / "layout.toml"
        path.write_text(example)
        layout = oq.load_layout(path)
        assert oq.compile("paymentStatus = PAID order by createdDate desc").sql("postgres", layout=layout).text
    assert examples


@pytest.mark.parametrize("document", [README, FOLDERS["migration"], FOLDERS["scan"]], ids=["main", "migration", "scan"])
def test_the_commands_print_what_is_shown(document: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", document, re.DOTALL):
        Path(name).write_text(text)
    monkeypatch.setenv("COLUMNS", "200")
    for block in blocks("console", document):
        for command, shown in re.findall(r"^\$ (.*?)\n(.*?)(?=^\$ |\Z)", block, re.MULTILINE | re.DOTALL):
            status, printed = outcome(command, here)
            expected = shown.partition("...\n")[0]
            assert printed.startswith(expected), f"$ {command}\n{printed}"
            assert status in (0, 1)


def outcome(command: str, folder: Path) -> tuple[int, str]:
    """Run a line of a shell; return its exit status and what it prints."""
    words = shlex.split(command)
    if not {">", "|", "2>/dev/null"} & set(words):
        assert words[0] == "orderquery"
        done = run(*words[1:])
        return done.exit_code, done.stdout + done.stderr
    shown = shell(command.replace("orderquery ", "oq ", 1), folder)
    return shown.returncode, shown.stdout + shown.stderr


def test_the_strict_answer_is_the_one_that_is_shown() -> None:
    ((request, shown),) = re.findall(r"<!-- strict: (.*?) -->\n```json\n(.*?)```", FOLDERS["emulator"], re.DOTALL)
    with oq.open_store(":memory:") as store:
        client = TestClient(oq.create_app(store, strict=True))
        answer = client.post("/ecom/v1/orders/search", content=request.encode())
    assert answer.status_code == 400
    assert answer.json() == json.loads(shown)


def test_the_life_of_an_order_in_curl_lines(tmp_path: Path) -> None:
    (block,) = blocks("sh")
    (command,) = re.findall(r"^    \.venv/bin/orderquery (serve --empty)$", README, re.MULTILINE)
    assert len(block.splitlines()) <= 10
    with served(command.split(), tmp_path) as origin:
        done = subprocess.run(
            ["sh", "-e", "-c", block.replace("http://127.0.0.1:8080", origin)],
            capture_output=True,
            text=True,
            timeout=HANG_S,
            check=True,
        )
    answers = [json.loads(answer) for answer in re.sub(r"\}(?=\{)", "}\n", done.stdout).splitlines()]
    first, partly, second, paid, canceled, events = answers
    assert [len(found["orderTransactions"]["payments"]) for found in (first, second)] == [1, 2]
    assert [found["orders"][0]["paymentStatus"] for found in (partly, paid)] == ["PARTIALLY_PAID", "PAID"]
    assert canceled["order"]["status"] == "CANCELED"
    slugs = [entry["event"]["slug"] for entry in events["events"]]
    assert slugs[:2] == ["created", "approved"]
    assert slugs[-2:] == ["canceled", "updated"]


def test_the_curl_lines_of_the_emulator(tmp_path: Path) -> None:
    script = "\n".join(blocks("sh", FOLDERS["emulator"]))
    with served(["serve", "--empty"], tmp_path) as origin:
        done = subprocess.run(
            ["sh", "-e", "-c", script.replace("http://127.0.0.1:8080", origin).replace("curl -s", "curl -s --fail")],
            capture_output=True,
            text=True,
            timeout=HANG_S,
            check=True,
            cwd=tmp_path,
        )
        with oq.open_store(":memory:") as empty:
            snapshot = json.loads(oq.Emulator(empty).save())
    (order,) = (json.loads((tmp_path / "order.json").read_text())["order"],)
    answers = [json.loads(answer) for answer in re.sub(r"\}(?=\{)", "}\n", done.stdout).splitlines()]
    updated, found, paid, plans, offline, listed, members, *controls = answers
    assert (updated["order"]["id"], updated["order"]["archived"]) == (order["id"], True)
    assert [found_order["id"] for found_order in found["orders"]] == [order["id"]]
    assert paid["orderTransactions"]["payments"] == []
    assert plans["plans"] == 1
    assert listed["orders"] == members["orders"] == [offline["order"]]
    advanced, is_set, fault, dropped, planned, forgotten, restored, reset = controls
    assert (advanced["steps"], is_set["frozen"]) == (1, True)
    assert fault == planned
    assert (len(fault["faults"]), len(dropped["faults"])) == (1, 1)
    assert forgotten == {"faults": []}
    assert restored == reset == {}
    assert json.loads((tmp_path / "saved.json").read_text()).keys() == snapshot.keys()


def test_the_pytest_files_pass(pytester: pytest.Pytester) -> None:
    texts = {"test_main": README, "test_emulator": FOLDERS["emulator"]}
    for name, text in texts.items():
        (block,) = re.findall(r"<!-- pytest -->\n```python\n(.*?)```", text, re.DOTALL)
        pytester.makepyfile(**{name: block})
    result = pytester.runpytest_subprocess(*PLUGINS, "-p", "no:xdist", "-v")
    result.assert_outcomes(passed=1 + 2)
    assert result.stdout.str().count("test_main.py::") == 1


@pytest.mark.engines
def test_the_block_for_engines_over_an_export_runs(tmp_path: Path) -> None:
    (block,) = blocks("sh", FOLDERS["stores"])
    program = tmp_path / "bin" / "orderquery"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m orderquery "$@"\n')
    program.chmod(0o755)
    root = str(ROOT)
    environment = {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": root}
    done = subprocess.run(
        ["sh", "-e", "-c", block],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANG_S,
        check=True,
    )
    with oq.open_store(tmp_path / "shop.db") as store:
        paid = store.count("paymentStatus = PAID")
        newest = store.search("paymentStatus = PAID order by createdDate desc limit 3").orders
    assert done.stdout.rstrip().endswith(str(paid))
    assert all(order["number"] in done.stdout for order in newest)


def test_both_forms_are_the_same_search() -> None:
    (text,), (form,) = (blocks(language, FOLDERS["syntax"]) for language in ("text", "json"))
    assert oq.compile(text).to_json() == json.loads(form)


def test_every_command_is_listed() -> None:
    from orderquery.cli.help import COMMAND_NAMES

    for name in COMMAND_NAMES:
        assert re.search(rf"`[^`]*\b{name}\b[^`]*`", FOLDERS["cli"]), name


def test_every_engine_is_listed() -> None:
    from orderquery.stores.locations import ENGINES

    listed = {engine.store for scheme, engine in ENGINES.items() if f"`{scheme}://" in FOLDERS["stores"]}
    missing = [scheme for scheme, engine in ENGINES.items() if engine.store not in listed]
    assert not missing, f"write a row for {missing} in the table of orderquery/stores/README.md"


def test_every_dialect_is_listed_as_it_is() -> None:
    from orderquery.sql.dialects import DIALECTS

    for row in DIALECTS.values():
        lines = re.findall(rf"^\| `{row.name}` .*$", FOLDERS["sql"], re.MULTILINE)
        assert len(lines) == 1, f"write one row for {row.name} in the table of orderquery/sql/README.md"
        (line,) = lines
        assert row.driver in line
        assert ("| yes |" in line) == row.executed
        assert row.executed or "rendered only" in line
