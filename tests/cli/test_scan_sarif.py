"""The fixes of ``scan --format sarif``."""

import json
from pathlib import Path

import jsonschema
import pytest
from command_line import run
from project import TESTS
from sarif_fixes import applied

SCHEMA = json.loads((TESTS / "cli" / "sarif-2.1.0-part.json").read_text("utf-8"))
CORPUS = TESTS / "scan" / "corpus"
URL = "https://www.wixapis.com/ecom/v1/orders/search"
FILES = sorted(
    path for folder in ("python", "javascript", "typescript", "markup") for path in (CORPUS / folder).iterdir()
)
ONE = {
    "a.py": f'# é 😀\nprint("😀"); requests.post("{URL}", json={{"search": {{"filter": {{"paymentstatus": "PAID"}}}}}})\n',
    "b.js": 'import { orders } from "@wix/ecom";\r\n/* 😀 */ orders.searchOrders({\r\n  paging: { limit: 5 },\r\n});\r\n',
    "c.vue": '<template>😀</template>\n<script>\nimport { orders } from "@wix/ecom";\norders.searchOrders({ paging: { limit: 5 } });\n</script>\n',
}  # fmt: skip


def results_of(*args):
    log = json.loads(run("scan", "--format", "sarif", *args).stdout)
    jsonschema.validate(log, SCHEMA)
    assert log["runs"][0]["columnKind"] == "unicodeCodePoints"
    return log["runs"][0]["results"]


def found_in(path):
    (file,) = json.loads(run("scan", "--format", "json", str(path)).stdout)["files"] or [{}]
    return [(row["code"], row["message"]) for row in file.get("diagnostics", [])]


@pytest.mark.parametrize("name", ONE)
def test_a_fix_of_sarif_is_what_write_does(here, name):
    path = Path(name)
    path.write_bytes(ONE[name].encode())
    (result,) = results_of()
    (fix,) = result["fixes"]
    assert fix["properties"]["class"] == result["properties"]["fix"]
    assert run("scan", "--write").exit_code == 0
    assert applied(ONE[name], fix).encode() == path.read_bytes() != ONE[name].encode()


def test_each_fix_of_sarif_stands_alone(here):
    made = 0
    for path in FILES:
        if path.suffix == ".json":
            continue
        text = path.read_bytes().decode()
        for result in results_of(str(path)):
            for fix in result.get("fixes", ()):
                made += 1
                after = Path(f"after{path.suffix}")
                after.write_bytes(applied(text, fix).encode())
                name = (result["ruleId"], result["message"]["text"].partition("\n")[0])
                assert found_in(after).count(name) < found_in(path).count(name)
    assert made > 40


def test_a_finding_that_is_not_reported_is_not_fixed(here):
    path = Path("a.py")
    path.write_text(
        f'requests.post("{URL}", json={{"search": {{"filter": {{"paymentstatus": "PAID"}}, "paging": {{}}}}}})\n'
    )
    (result,) = results_of("--select", "unknown-field")
    (fix,) = result["fixes"]
    assert '"paging"' in applied(path.read_text(), fix)
    path.write_text(path.read_text() + "x = (\n")
    assert all("fixes" not in result for result in results_of())
