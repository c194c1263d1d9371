"""Answers that functions and methods return, and searches that their callers give (D178)."""

from __future__ import annotations

import pytest

import orderquery as oq
from orderquery.scan.languages import SourceLanguage

SDK = 'import { orders } from "@wix/ecom";\n'
SEND = '    return requests.post("https://www.wixapis.com/ecom/v1/orders/search", json=body).json()\n'
PYTHON_FUNCTION = f"def search(body):\n{SEND}"
PYTHON_CLASS = f"class Shop:\n    def search(self, body):\n    {SEND}"
FUNCTION = SDK + "async function search(body) { return orders.searchOrders(body); }\n"
CLASS = SDK + "class Shop { async search(body) { return orders.searchOrders(body); } }\n"
NUMBERS = "def numbers():\n    answer = search({})\n"
WRONG: dict[str, tuple[SourceLanguage, str]] = {
    "python: a function": ("python", PYTHON_FUNCTION + 'total = search({})["totalCount"]\n'),
    "python: a variable": ("python", PYTHON_FUNCTION + 'answer = search({})\nprint(answer["metadata"]["total"])\n'),
    "python: a function of a function": (
        "python", PYTHON_FUNCTION + 'def load():\n    return search({})["orders"]\nprint(load()[0]["_id"])\n',
    ),
    "python: two values": (
        "python",
        PYTHON_FUNCTION + 'def load():\n    a = search({})\n    return a["orders"], a["metadata"]\no, m = load()\nprint(m["hasMore"])\n',
    ),
    "python: nothing, if there is an error": (
        "python",
        "def search(body):\n    try:\n    " + SEND + "    except OSError:\n        return None\n"
        'print(search({})["totalCount"])\n',
    ),
    "python: the object itself": ("python", PYTHON_CLASS + '    def total(self):\n        return self.search({})["totalCount"]\n'),
    "python: an object": ("python", PYTHON_CLASS + 'shop = Shop()\nprint(shop.search({})["totalCount"])\n'),
    "python: a new object": ("python", PYTHON_CLASS + 'print(Shop().search({})["totalCount"])\n'),
    "python: an object of a type": ("python", PYTHON_CLASS + 'def total(s: Shop):\n    return s.search({})["totalCount"]\n'),
    "python: an attribute": (
        "python",
        PYTHON_CLASS + 'class Page:\n    def __init__(self):\n        self.shop = Shop()\n'
        '    def total(self):\n        return self.shop.search({})["totalCount"]\n',
    ),
    "python: a class that inherits": (
        "python", PYTHON_CLASS + 'class Big(Shop):\n    def total(self):\n        return self.search({})["totalCount"]\n',
    ),
    "python: a generator": (
        "python", PYTHON_FUNCTION + 'def each():\n    yield from search({})["orders"]\nfor o in each():\n    print(o["_id"])\n',
    ),
    "python: a generator of pages": (
        "python", PYTHON_FUNCTION + 'def pages():\n    yield search({})\nfor page in pages():\n    print(page["totalCount"])\n',
    ),
    "javascript: a function": ("javascript", FUNCTION + "console.log((await search({})).totalCount);"),
    "javascript: the object itself": (
        "javascript",
        SDK + "class Shop { async search(b) { return orders.searchOrders(b); } async total() { return (await this.search({})).totalCount; } }",
    ),
    "javascript: an object": ("javascript", CLASS + "const shop = new Shop();\nconsole.log((await shop.search({})).totalCount);"),
    "javascript: a class that inherits": (
        "javascript", CLASS + "class Big extends Shop { async total() { return (await this.search({})).totalCount; } }",
    ),
    "typescript: a parameter of the constructor": (
        "typescript",
        CLASS + "class Page { constructor(private shop: Shop) {} async total() { return (await this.shop.search({})).totalCount; } }",
    ),
    "javascript: an object of functions": (
        "javascript",
        SDK + "const api = { async search(b) { return orders.searchOrders(b); } };\nconsole.log((await api.search({})).totalCount);",
    ),
    "javascript: a generator": (
        "javascript",
        FUNCTION + "async function* each() { const r = await search({}); yield* r.orders; }\nfor await (const o of each()) console.log(o.id);",
    ),
    "javascript: a generator of pages": (
        "javascript",
        FUNCTION + "async function* pages() { yield await search({}); }\nfor await (const p of pages()) console.log(p.totalCount);",
    ),
    "javascript: nothing, if there is an error": (
        "javascript",
        SDK + "async function search(b) { try { return await orders.searchOrders(b); } catch { return null; } }\n"
        "console.log((await search({}))?.totalCount);",
    ),
}  # fmt: skip
RIGHT: dict[str, tuple[SourceLanguage, str]] = {
    "python: another function": (
        "python", PYTHON_FUNCTION + 'def main(search):\n    return search({})["totalCount"]\n',
    ),
    "python: a function that is replaced": ("python", PYTHON_FUNCTION + 'search = other\nprint(search({})["totalCount"])\n'),
    "python: an object of another class": ("python", PYTHON_CLASS + 'import re\nprint(re.search({})["totalCount"])\n'),
    "python: an unknown object": ("python", PYTHON_CLASS + 'def f(s):\n    return s.search({})["totalCount"]\n'),
    "python: its own method": (
        "python",
        PYTHON_CLASS + 'class Big(Shop):\n    def search(self, b):\n        return {"totalCount": 0}\n'
        '    def total(self):\n        return self.search({})["totalCount"]\n',
    ),
    "python: another answer": (
        "python", "def search(body):\n    if other:\n        return shopify(body)\n" + SEND + 'print(search({})["totalCount"])\n',
    ),
    "python: an answer with the key": (
        "python",
        "def search(body):\n    try:\n    " + SEND + '    except OSError:\n        return {"totalCount": 0}\n'
        'print(search({})["totalCount"])\n',
    ),
    "python: a decorator": ("python", "@mapped\n" + PYTHON_FUNCTION + 'print(search({})["totalCount"])\n'),
    "python: either key": (
        "python", PYTHON_FUNCTION + 'a = search({})\nprint(a.get("pagingMetadata") or a.get("metadata"))\n',
    ),
    "python: a key that is tested": (
        "python", PYTHON_FUNCTION + 'a = search({})\nif "totalResults" in a:\n    print(a["totalResults"])\n',
    ),
    "python: a comprehension beside a parameter": (
        "python", PYTHON_FUNCTION + 'def f(o):\n    print(o["_id"])\n    return [o["id"] for o in search({})["orders"]]\n',
    ),
    "python: orders that the code replaces": (
        "python",
        PYTHON_FUNCTION + 'a = search({})\na["orders"] = [dict(o, _id=o["id"]) for o in a["orders"]]\nprint([o["_id"] for o in a["orders"]])\n',
    ),
    "python: a test with a mock": (
        "python", PYTHON_CLASS + 'def test_total():\n    s = Shop(Mock())\n    assert s.search({})["totalCount"] == 3\n',
    ),
    "python: another value of the name": (
        "python", PYTHON_FUNCTION + 'a = search({})\nprint(a["orders"])\na = shopify()\nprint(a["totalCount"])\n',
    ),
    "javascript: another answer": (
        "javascript",
        SDK + "async function search(b) { if (b.x) return shopify(b); return orders.searchOrders(b); }\nconsole.log((await search({})).totalCount);",
    ),
    "javascript: an answer with the key": (
        "javascript",
        SDK + "async function search(b) { try { return await orders.searchOrders(b); } catch { return { totalCount: 0 }; } }\n"
        "console.log((await search({})).totalCount);",
    ),
    "javascript: orders that the code replaces": (
        "javascript", FUNCTION + "const a = await search({});\na.orders = a.orders.map(mapped);\nconsole.log(a.orders[0].id);",
    ),
    "javascript: a test with a mock": (
        "javascript",
        FUNCTION + 'it("sums", async () => { mock(orders); expect((await search({})).totalCount).toBe(3); });',
    ),
    "javascript: another value": (
        "javascript",
        SDK + "async function search(b, all) { const r = await orders.searchOrders(b); return all ? { ...r, totalCount: 1 } : r; }\n"
        "console.log((await search({}, true)).totalCount);",
    ),
    "javascript: another class": (
        "javascript", CLASS + "class Other { async total() { return (await this.search({})).totalCount; } }",
    ),
    "javascript: an unknown object": ("javascript", CLASS + "async (s) => (await s.search({})).totalCount;"),
    "javascript: a key that is tested": (
        "javascript", FUNCTION + 'const a = await search({});\nif ("totalCount" in a) console.log(a.totalCount);',
    ),
}  # fmt: skip


def codes_of(language: SourceLanguage, source: str) -> list[str]:
    return [diagnostic.code for diagnostic in oq.scan_source(source, language).diagnostics]


@pytest.mark.parametrize("name", WRONG)
def test_a_caller_that_reads_a_key_that_the_answer_does_not_have(name: str) -> None:
    assert codes_of(*WRONG[name]) == ["unknown-answer-key"]


@pytest.mark.parametrize("name", RIGHT)
def test_a_caller_that_may_read_another_answer(name: str) -> None:
    assert codes_of(*RIGHT[name]) == []


WRONG_BODY = '{ filter: { paymentstatus: "PAID" } }'


@pytest.mark.parametrize(
    "source",
    [
        FUNCTION + f"search({WRONG_BODY});",
        FUNCTION + f"const wrong = {WRONG_BODY};\nsearch(wrong);",
        FUNCTION.replace("{ return", "{ body.sort = []; return") + f"search({WRONG_BODY});",
        CLASS + f"new Shop().search({WRONG_BODY});",
        SDK + "async function search({ filter }) { return retry(() => orders.searchOrders({ filter })); }\n" + f"search({WRONG_BODY});",
    ],
)  # fmt: skip
def test_a_search_that_a_caller_gives_is_checked(source: str) -> None:
    (diagnostic,) = oq.scan_source(source, "javascript").diagnostics
    assert diagnostic.code == "unknown-field"
    assert diagnostic.span is not None
    assert "paymentstatus" in source[slice(*diagnostic.span)]


@pytest.mark.parametrize(
    "source",
    [
        FUNCTION + f"other.search({WRONG_BODY});",
        FUNCTION + f"function f(search) {{ search({WRONG_BODY}); }}",
        FUNCTION + f"search(...[{WRONG_BODY}]);",
        CLASS + f"elastic.search({WRONG_BODY});",
        FUNCTION.replace("{ return", "{ body = {}; return") + f"search({WRONG_BODY});",
        SDK
        + "function search(kind, b) { switch (kind) { case 1: return orders.searchOrders(b); default: return other(b); } }\n"
        f"search(2, {WRONG_BODY});",
    ],
)
def test_what_others_get_is_no_search(source: str) -> None:
    assert codes_of("javascript", source) == []


@pytest.mark.parametrize(
    ("language", "source"),
    [
        (
            "javascript",
            FUNCTION + "async function all() { let r; do { r = await search({ filter: {} }); keep(r.orders); } while (r.metadata.hasNext); }",
        ),
        (
            "javascript",
            SDK + "async function search(b) { for (let i = 0; i < 3; i++) { try { return await orders.searchOrders(b); } catch (e) { await wait(i); } } }\n"
            "async function all() { let r; do { r = await search({ filter: {} }); keep(r.orders); } while (r.metadata.hasNext); }",
        ),
        (
            "python",
            PYTHON_FUNCTION + 'def all():\n    while True:\n        a = search({"search": {}})\n        keep(a["orders"])\n'
            '        if not a["metadata"]["hasNext"]:\n            break\n',
        ),
        (
            "python",
            "def search(body):\n    for _ in range(3):\n        r = requests.post('https://www.wixapis.com/ecom/v1/orders/search', json=body)\n"
            "        if r.ok:\n            return r.json()\n"
            'def all():\n    while True:\n        a = search({"search": {}})\n        if not a["metadata"]["hasNext"]:\n            break\n',
        ),
        (
            "python",
            PYTHON_CLASS + '    def all(self):\n        while True:\n            a = self.search({"search": {}})\n'
            '            keep(a["orders"])\n            if not a["metadata"]["hasNext"]:\n                break\n',
        ),
    ],
)  # fmt: skip
def test_a_loop_over_a_function_that_gets_no_cursor(language: SourceLanguage, source: str) -> None:
    assert codes_of(language, source) == ["cursor-not-passed"]


PAGE = (
    "def page(cursor=None):\n"
    '    search = {"cursorPaging": {"cursor": cursor}} if cursor else {"filter": {}, "cursorPaging": {"limit": 100}}\n'
    '    return requests.post("https://www.wixapis.com/ecom/v1/orders/search", json={"search": search}).json()\n'
)
SCRIPT_PAGE = (
    SDK
    + "const page = (cursor) => orders.searchOrders(cursor ? { cursorPaging: { cursor } } : { cursorPaging: { limit: 9 } });\n"
)


@pytest.mark.parametrize(
    ("language", "source"),
    [
        (
            "python",
            PAGE + 'def all():\n    cursor = None\n    while True:\n        a = page(cursor)\n        cursor = a["metadata"]["cursors"]["next"]\n'
            "        if not cursor:\n            break\n",
        ),
        (
            "javascript",
            SCRIPT_PAGE + "async function all() { let cursor; do { const a = await page(cursor); keep(a.orders);"
            " cursor = a.metadata.cursors.next; } while (cursor); }",
        ),
        (
            "python",
            'def fetch(shop, body):\n    if shop == "wix":\n    ' + SEND + "    return other(body)\n"
            'fetch("shopify", {"status": "any"})\n',
        ),
        (
            "javascript",
            SDK + "const find = (limit) => orders.searchOrders({ cursorPaging: { limit: limit > 100 ? 100 : limit } });\nfind(500);",
        ),
        (
            "javascript",
            SDK + "const find = (s) => orders.searchOrders({ filter: { paymentStatus: { $in: Array.isArray(s) ? s : [s] } } });\n"
            "find(['PAID']); find('PAID');",
        ),
        (
            "javascript",
            SDK + "function find(s) { if (typeof s === 'string') s = { number: s }; return orders.searchOrders({ filter: s }); }\nfind('5');",
        ),
        (
            "python",
            "def find(limit):\n    if limit > 100:\n        limit = 100\n    body = {'search': {'cursorPaging': {'limit': limit}}}\n" + SEND + "find(500)\n",
        ),
        (
            "python",
            "def find(s):\n    body = {'search': {'filter': {'status': {'$in': s if isinstance(s, list) else [s]}}}}\n" + SEND + "find(['APPROVED'])\nfind('APPROVED')\n",
        ),
        (
            "python",
            "def find(since):\n    where = {}\n    where.setdefault('createdDate', {})['$gte'] = since\n    body = {'search': {'filter': where}}\n" + SEND,
        ),
        (
            "javascript",
            SDK + 'function fetch(shop, body) { if (shop !== "wix") return other(body); return orders.searchOrders(body); }\n'
            'fetch("shopify", { status: "any" });',
        ),
    ],
)  # fmt: skip
def test_a_caller_whose_search_is_right(language: SourceLanguage, source: str) -> None:
    assert codes_of(language, source) == []


@pytest.mark.parametrize(
    ("language", "source"),
    [
        ("python", PYTHON_FUNCTION + 'def of(where):\n    return search({"search": {"filter": where}})\nof({"paymentstatus": "PAID"})\n'),
        (
            "python",
            "def find(*names, **kw):\n    body = {'search': kw}\n" + SEND + 'find("a", filter={"paymentstatus": "PAID"})\n',
        ),
        (
            "javascript",
            SDK + "class Shop { build(filter) { return { filter }; } find(filter) { return orders.searchOrders(this.build(filter)); }\n"
            '  paid() { return this.find({ paymentstatus: "PAID" }); } }',
        ),
    ],
)  # fmt: skip
def test_what_a_caller_gives_through_other_code(language: SourceLanguage, source: str) -> None:
    assert codes_of(language, source) == ["unknown-field"]


@pytest.mark.parametrize(
    ("language", "source"),
    [
        (
            "python",
            'API = "https://www.wixapis.com/ecom/v1"\n@retry(3)\ndef _post(path, body):\n'
            "    r = requests.post(API + path, json=body)\n    return r.json()\n"
            '_post("/orders/search", {"search": {"filter": {"paymentstatus": "PAID"}}})\n'
            '_post("/products/query", {"filter": {"paymentstatus": "PAID"}})\n',
        ),
        (
            "python",
            'class Shop:\n    BASE = "https://www.wixapis.com/ecom/v1"\n    def _request(self, method, path, **kwargs):\n'
            '        return self.session.request(method, f"{self.BASE}{path}", **kwargs).json()\n'
            '    def find(self):\n        return self._request("POST", "/orders/search", '
            'json={"search": {"filter": {"paymentstatus": "PAID"}}})\n',
        ),
        (
            "javascript",
            'const BASE = "https://www.wixapis.com/ecom/v1";\nclass Shop {\n'
            "  async request(path, options) { return (await fetch(`${BASE}${path}`, options)).json(); }\n"
            '  find() { return this.request("/orders/search", { method: "POST", body: JSON.stringify({ search: '
            '{ filter: { paymentstatus: "PAID" } } }) }); }\n'
            '  other() { return this.request("/products/query", { method: "POST", body: JSON.stringify({ x: 1 }) }); }\n}',
        ),
        (
            "javascript",
            'const xhr = new XMLHttpRequest();\nxhr.open("POST", "https://www.wixapis.com/ecom/v1/orders/search");\n'
            'xhr.send(JSON.stringify({ search: { filter: { paymentstatus: "PAID" } } }));',
        ),
    ],
)  # fmt: skip
def test_a_call_whose_url_is_in_another_place(language: SourceLanguage, source: str) -> None:
    assert codes_of(language, source) == ["unknown-field"]


@pytest.mark.parametrize(
    ("language", "source"),
    [
        (
            "python",
            PYTHON_FUNCTION + 'def all():\n    found, page = [], 1\n    found.extend(search({})["orders"])\n    return found\n'
            'print([o["totals"] for o in all()])\n',
        ),
        (
            "python",
            'import urllib.request\nreq = urllib.request.Request("https://www.wixapis.com/ecom/v1/orders/search", data=b"{}")\n'
            'with urllib.request.urlopen(req) as r:\n    print(json.load(r)["totalCount"])\n',
        ),
        (
            "typescript",
            "class Shop { async post<T>(path: string, body: unknown): Promise<T> { const { data } = await this.http.post<T>(path, body); "
            'return data; }\n  async count() { const r: any = await this.post("/ecom/v1/orders/search", { search: {} }); '
            "return r.totalCount; } }",
        ),
    ],
)  # fmt: skip
def test_an_answer_that_goes_through_other_code(language: SourceLanguage, source: str) -> None:
    assert codes_of(language, source) == ["unknown-answer-key"]
