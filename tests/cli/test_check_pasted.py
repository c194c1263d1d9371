"""``check`` on files of pasted code: places in the file, and fixes of the literal alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import run

MODULE = """\
import { orders } from "@wix/ecom";

// orders that are paid
export async function paid() {
  const { orders: found } = await orders.searchOrders({
    filter: { paymentstatus: 'PAID' }, // both
    paging: { limit: 50 },
  });
  return found;
}
"""
CURL = """\
curl -X POST 'https://www.wixapis.com/ecom/v1/orders/search' \\
  -H 'Content-Type: application/json' \\
  -d '{
    "search": {
      "filter": {"paymentstatus": "PAID", "shippingInfo.title": "It'\\''s"}
    }
  }'
"""


@pytest.mark.parametrize(
    ("name", "wrong", "line"), [("paid.js", MODULE, "paid.js:6:15"), ("search.sh", CURL, "search.sh:5:18")]
)
def test_write_changes_the_literal_alone(name: str, wrong: str, line: str, here: Path) -> None:
    right = wrong.replace("'paymentstatus'", '"paymentStatus"').replace("paymentstatus:", '"paymentStatus":')
    right = right.replace("paymentstatus", "paymentStatus").replace("paging:", '"cursorPaging":')
    for spelling in (str, lambda text: text.replace("\n", "\r\n"), lambda text: "\ufeff" + text):
        path = here / name
        path.write_bytes(spelling(wrong).encode())
        assert line in run("check", name).stdout
        result = run("check", name, "--write")
        assert (result.exit_code, result.stderr) == (0, f"fixed {name}\n")
        assert path.read_bytes() == spelling(right).encode()
        assert (run("check", name).exit_code, run("check", name, "--write").output) == (0, "")
