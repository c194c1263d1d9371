"""The decisions about Python code."""

from __future__ import annotations

import pytest
from corpus_form import shown

import orderquery as oq
from orderquery.scan.fixes import fixed_source

URL = "https://www.wixapis.com/ecom/v1/orders/search"
BODY = '{"search": {"filter": {"status": "APPROVED"}}}'


@pytest.mark.parametrize(
    ("source", "count"),
    [
        (f'requests.post("{URL}", json={BODY})', 1),
        (f'requests.post(f"{{HOST}}/ecom/v1/orders/search", json={BODY})', 1),
        (f'self._call("POST", "ecom/v1/orders/search", {BODY})', 1),
        (f'api.send_request("/ecom/v1/orders/search?x=1", body={BODY})', 1),
        (f'with httpx.Client(base_url="https://www.wixapis.com/ecom/v1") as c:\n    c.post("orders/search", json={BODY})', 1),
        (f'client.post("/orders/search", json={BODY})', 0),
        (f'requests.post("{URL}/extra", json={BODY})', 0),
        (f'requests.put("{URL}", json={BODY})', 0),
        (f'requests.request("GET", "{URL}", json={BODY})', 0),
        (f'@app.post("/ecom/v1/orders/search")\ndef handler(body={BODY}): ...', 0),
        (f'responses.post("{URL}", json={BODY})', 0),
        (f'with requests_mock.Mocker() as m:\n    m.post("{URL}", json={BODY})', 0),
        (f'log_request("{URL}", {BODY})', 0),
        (f'client.post.assert_called_with("{URL}", json={BODY})', 0),
    ],
)  # fmt: skip
def test_a_call_that_sends_names_the_path(source: str, count: int) -> None:
    # D160
    assert len(oq.scan_source(f"# orders/search\n{source}\n", "python").calls) == count


@pytest.mark.parametrize(
    ("default", "value"),
    [
        ("250", {"either": [250, {"hole": "limit"}]}),
        ("LIMIT", {"either": [120, {"hole": "limit"}]}),
        ("None", {"hole": "limit"}),
        ("0", {"hole": "limit"}),
        ("other()", {"hole": "limit"}),
    ],
)
def test_a_parameter_may_have_its_default(default: str, value: object) -> None:
    # D161
    source = (
        f"LIMIT = 120\ndef send(limit={default}):\n"
        f'    requests.post("{URL}", json={{"search": {{"cursorPaging": {{"limit": limit}}}}}})\n'
    )
    (call,) = oq.scan_source(source, "python").calls
    assert shown(call.call.search) == {"search": {"cursorPaging": {"limit": value}}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # One literal, one call, and the same body in two calls.
        ('body = {"filter": {}}\nSEND', 'body = {"search": {"filter": {}}}\nSEND'),
        ('body = {"filter": {}}\nSEND\nSEND', 'body = {"search": {"filter": {}}}\nSEND\nSEND'),
        # The branches agree, or only one has the mistake.
        ('body = {"filter": a if x else b}\nSEND', 'body = {"search": {"filter": a if x else b}}\nSEND'),
        ('body = {"filter": {}} if x else {"search": {}}\nSEND', 'body = {"search": {"filter": {}}} if x else {"search": {}}\nSEND'),
        # The second call needs the key where it is.
        ('body = {"filter": {}}\nSEND\nbody = {"search": {"filter": body["filter"]}}\nSEND', None),
        # A part of its own variable, and a part that is put in later.
        ('key = "paymentstatus"\nbody = {"search": {"filter": {key: "PAID"}}}\nSEND', None),
        ('day = "2024-01-01"\nbody = {"search": {"filter": {"createdDate": {"$gte": day}}}}\nSEND', None),
        ('body = {}\nbody["filter"] = {}\nSEND', None),
        ('body = {"search": {}}\nbody["search"]["paging"] = {"limit": 5}\nSEND',
         'body = {"search": {}}\nbody["search"]["cursorPaging"] = {"limit": 5}\nSEND'),
        # Comments and multi-line layout stay.
        ('body = {\n    "search": {\n        "filter": {},  # all\n        "paging": {"limit": 5},  # few\n    },\n}\nSEND',
         'body = {\n    "search": {\n        "filter": {},  # all\n        "cursorPaging": {"limit": 5},  # few\n    },\n}\nSEND'),
    ],
)  # fmt: skip
def test_a_fix_is_made_where_it_is_proven(before: str, after: str | None) -> None:
    # D162
    send = f'requests.post("{URL}", json=body)\n'
    source = before.replace("SEND", send)
    fixed = fixed_source(oq.scan_source(source, "python"))
    assert fixed.text == (source if after is None else after.replace("SEND", send))
