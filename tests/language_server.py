"""An editor, as far as a language server sees one: open a text, ask for completions and for what is under the caret."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

JSON = Any
CARET = "|"


class LanguageServer:
    """A running language server, spoken to over its standard streams."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=folder
        )
        self._folder, self._number, self._documents = folder, 0, 0
        root = folder.as_uri()
        capabilities = {
            "textDocument": {"hover": {"contentFormat": ["plaintext"]}, "completion": {}},
            "workspace": {"configuration": True, "workspaceFolders": True},
        }
        self._ask("initialize", {
            "processId": None, "rootUri": root, "capabilities": capabilities,
            "workspaceFolders": [{"uri": root, "name": "test"}],
        })  # fmt: skip
        self._tell("initialized", {})

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def complete(self, text: str) -> list[str]:
        """Return what is offered at the caret, which the text has as a bar."""
        found = self._at(text, "textDocument/completion")
        items = found["items"] if isinstance(found, dict) else found or []
        return [item["label"] for item in items]

    def hover(self, text: str) -> str:
        found = self._at(text, "textDocument/hover")
        return "" if found is None else found["contents"]["value"]

    def _at(self, text: str, method: str) -> JSON:
        self._documents += 1
        uri = (self._folder / f"document_{self._documents}.py").as_uri()
        before, _, after = text.partition(CARET)
        document = {"uri": uri, "languageId": "python", "version": 1, "text": before + after}
        self._tell("textDocument/didOpen", {"textDocument": document})
        line, start = before.count("\n"), before.rfind("\n") + 1
        position = {"line": line, "character": len(before) - start}
        return self._ask(method, {"textDocument": {"uri": uri}, "position": position})

    def _ask(self, method: str, params: JSON) -> JSON:
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            answer = self._receive()
            if answer.get("id") == self._number and "method" not in answer:
                assert "error" not in answer, answer
                return answer["result"]
            if "id" in answer:
                # The server asks for settings, and to register what it can do.
                settings = [{"pythonPath": sys.executable}] * len(answer.get("params", {}).get("items", []))
                self._send({"id": answer["id"], "result": settings or None})

    def _tell(self, method: str, params: JSON) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: JSON) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self) -> JSON:
        assert self._process.stdout is not None
        size = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
        assert size, "the language server ended"
        return json.loads(self._process.stdout.read(size))
