"""Pasted code: which part of it is the search, in which shape, and the places in the code."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import orderquery as oq
from orderquery.compiler.rewrite import rewrite
from orderquery.language.schema import load_schema
from orderquery.syntax.pasted_code import find_literal
from orderquery.syntax.source_text import ReadError

JSON = Any
SCHEMA = load_schema()
BARE = '{filter: {paymentstatus: "PAID"}, /* p */ paging: {limit: 5}}'
BARE_FIXED = '{filter: {"paymentStatus": "PAID"}, /* p */ "cursorPaging": {limit: 5}}'
BODY = f"{{search: {BARE}}}"
BODY_FIXED = f"{{search: {BARE_FIXED}}}"
PLAIN = '{"search": {"filter": {"paymentstatus": "PAID"}}}'
PLAIN_FIXED = PLAIN.replace("paymentstatus", "paymentStatus")

SDK = [
    "searchOrders(%s)",
    "await orders.searchOrders(%s);",
    "const result = await wixClient.orders.searchOrders(%s)",
    "return orders.searchOrders(%s);",
    "return (await orders.searchOrders(%s)).orders.filter((order) => order.number);",
    "orders.searchOrders(\n  // the paid ones\n  %s,\n);",
    "orders?.searchOrders((%s))",
    "export async function paid() {\n\tconst { orders: found } = await orders.searchOrders(%s);\r\n\treturn found;\n}\n",
    "const search: OrderSearch = %s;\nconst page = await orders.searchOrders(search);",
    'import { orders } from "@wix/ecom"; // searchOrders({})\nlet q = (1, %s)\norders.searchOrders(q)'.replace("(1, %s)", "%s"),
    "function searchOrders(query) { return 1 }\nsearchOrders(%s)",
]  # fmt: skip
REQUEST = [
    "%s;",
    "(%s)",
    "((%s));",
    "%s as const;",
    "const body = %s;",
    "const body = %s satisfies SearchOrdersRequest",
    "let body: Body = (%s);",
    "export const body = %s",
    "export default %s;",
    "module.exports = %s;",
    "body = %s",
    "return %s;",
    "return (%s);",
    "await (%s)",
    "// a request\n/* of two\n lines */ const body = %s; // done",
    "fetch(url, { method: 'POST', headers: {a: '{'}, body: JSON.stringify(%s) })",
    "const body = %s;\nawait fetch(url, {body: JSON.stringify(body)});",
    "const { data } = await axios.post(`${base}/search`, %s, { headers: { a: 1 } });",
    "axios.post(url(1, 2), body, {timeout: 5});\nconst body = %s",
    "requests.post(URL, headers={'a': 'b'}, json=%s, timeout=5)",
    "r = httpx.post(URL, json = %s)",
    "body = %s\nr = requests.post(URL, json=body)",
    "session.post(URL, data=json.dumps(%s))",
]
CURL = [
    "curl -d '%s' https://www.wixapis.com/ecom/v1/orders/search",
    "$ curl -X POST https://www.wixapis.com/ecom/v1/orders/search \\\n  -H 'Authorization: a' \\\n  --data '%s'",
    "curl -XPOST -sSd '%s' https://x",
    "curl -d'%s' https://x",
    "curl https://x --data-raw '%s' | jq .orders",
    "curl https://x --data-binary $'%s'; echo",
    "curl https://x\n  -H 'a: b'\n  --json '%s'",
    'curl.exe --request POST --url https://x ^\r\n  --data="%s"',
    'curl -u a:b -d "%s" https://x\n',
    "curl -d @- https://x <<'EOF'\n%s\nEOF\n",
    'curl https://x --json @/dev/stdin <<-"END" | jq .\r\n\t%s\r\n\tEND',
    "curl https://x -d @- <<EOF\n%s",
    "curl -d \"$(cat <<'EOF'\n%s\nEOF\n)\" https://x",
    "curl --data=$(cat << EOF\n%s\nEOF\n) https://x",
]


def in_shell(command: str, body: str) -> str:
    return command % (body.replace('"', '\\"') if '"%s"' in command else body)


@pytest.mark.parametrize("code", SDK)
def test_the_argument_of_search_orders_has_the_shape_of_the_sdk(code: str) -> None:
    checked(code.replace("%s", BARE), code.replace("%s", BARE_FIXED), "sdk", "/filter/paymentstatus")


@pytest.mark.parametrize("code", REQUEST)
def test_an_object_in_other_code_has_the_shape_asked_for(code: str) -> None:
    checked(code.replace("%s", BODY), code.replace("%s", BODY_FIXED), "request", "/search/filter/paymentstatus")


@pytest.mark.parametrize("command", CURL)
def test_the_body_of_curl_is_a_request(command: str) -> None:
    checked(in_shell(command, PLAIN), in_shell(command, PLAIN_FIXED), "request", "/search/filter/paymentstatus")


def checked(text: str, fixed: str, shape: Any, pointer: str) -> None:
    report = oq.check(text)
    first = report.diagnostics[0]
    assert (first.code, first.pointer) == ("unknown-field", pointer)
    start, end = first.span or (0, 0)
    assert text[start:end].strip('"\\') == "paymentstatus"
    lines = text[:start].split("\n")
    assert (first.line, first.column) == (len(lines), len(lines[-1]) + 1)
    assert oq.check(report.corrected, shape).ok
    assert rewrite(text, report.corrected) == fixed
    again = oq.check(fixed)
    assert (again.ok, again.corrected) == (True, None)
    assert oq.check(text, form="json").diagnostics == report.diagnostics
    assert "paymentStatus" in oq.compile(fixed).to_text()


def test_the_constants_of_python_are_read_and_written() -> None:
    code = 'requests.post(URL, json={"search": {"filter": {"archived": {"eq": True}, "number": None, "shippingInfo.title": "True"}}})'
    report = oq.check(code)
    assert report.corrected == {"search": {"filter": {"archived": True, "number": None, "shippingInfo.title": "True"}}}
    assert rewrite(code, report.corrected) == code.replace('{"eq": True}', "True")


def test_names_of_the_sdk_are_read_in_its_calls_alone() -> None:
    literal = '{"filter": {"_createdDate": {"$gte": "2024-01-01T00:00:00Z"}}}'
    assert oq.check(f"orders.searchOrders({literal})").diagnostics == ()
    body = f'{{"search": {literal}}}'
    assert [d.code for d in oq.check(f"const body = {body}").diagnostics] == ["unknown-field"]
    assert [d.code for d in oq.check(f"curl -d '{body}' https://x").diagnostics] == ["unknown-field"]
    old = oq.check(f"orders.searchOrders({body})")
    assert [d.code for d in old.diagnostics] == ["ignored-key"]
    assert old.corrected == {"filter": {"_createdDate": {"$gte": "2024-01-01T00:00:00Z"}}}


GTE = '{"search": {"filter": {"createdDate": {"$gte": "2024-01-01"}}}}'
EXAMPLE = '{"filter": {"paymentStatus": "PAID"}}'
REFUSED = [
    ("curl https://x", "curl", "curl without a body", """add the body: -d '{"search": {}}'"""),
    ("curl -d @body.json https://x", "@body.json", 'the body of curl is in the file "body.json"',
     'pass the file "body.json" instead of the command'),
    ("curl --data @- https://x", "@-", "the body of curl is in standard input", "pass the body itself"),
    ("curl -d '{}' -d '{}' https://x", "'{}'", "curl with 2 bodies", "pass one body that holds the whole search"),
    ("curl -d \"%s\"" % GTE.replace('"', '\\"'), "$gte", 'the shell replaces "$gte" in double quotes by a variable',
     "put the body in single quotes"),
    ('curl -d "{\\"cursor\\": \\"$NEXT\\"}"', "$NEXT", 'the shell replaces "$NEXT" by a value that is not here',
     "replace $NEXT by its value"),
    ("curl -d '{\"cursor\": \"'$(cat next)'\"}'", "$(cat next)",
     'the shell replaces "$(cat next)" by a value that is not here', "replace $(cat next) by its value"),
    ("curl -d @- https://x <<EOF\n%s\nEOF" % GTE, "$gte", 'the shell replaces "$gte" by a variable',
     "put the end of the lines in quotes: <<'EOF'"),
    ("curl -d @- https://x <<EOF\n{\"cursor\": \"$NEXT\"}\nEOF", "$NEXT",
     'the shell replaces "$NEXT" by a value that is not here', "replace $NEXT by its value"),
    ("curl -d '{}", "'", "missing closing ' of a shell word", "close it with '"),
    ("curl -d '{\"search\": {\"sort\": [],}}'", ",",
     "invalid JSON: a comma before the closing }", "put keys and strings in double quotes; remove trailing commas and comments"),
    ("curl -d \"{search: {}}\"", "s",
     "invalid JSON: ", "put keys and strings in double quotes; remove trailing commas and comments"),
    ("orders.searchOrders()", "searchOrders", "searchOrders without an argument", f"write: searchOrders({EXAMPLE})"),
    ("orders.searchOrders(search)", "search", 'the search is in the variable "search"',
     f"replace search by its value, such as {EXAMPLE}"),
    ("fetch(url, {body: JSON.stringify(search)})", "search", 'the search is in the variable "search"',
     f'replace search by its value, such as {{"search": {EXAMPLE}}}'),
    ("let q = {};\nq.filter = {};\norders.searchOrders(q)", "q", '"q" changes after its declaration',
     "write the whole object at one place"),
    ("orders.searchOrders('x')", "'x'", "expected an object, found 'x'", f"replace 'x' by its value, such as {EXAMPLE}"),
    ("orders.searchOrders({});\norders.searchOrders({})", "searchOrders", "2 calls of searchOrders", "pass one of them"),
    ('orders.queryOrders().eq("paymentStatus", "PAID").ge("number", 5).descending("number", "_createdDate").limit(7).find();',
     'queryOrders().eq("paymentStatus", "PAID").ge("number", 5).descending("number", "_createdDate").limit(7).find()',
     'a chain of calls cannot be read: ".queryOrders(...).eq(...).ge(...)"',
     'write: searchOrders({"filter": {"paymentStatus": "PAID", "number": {"$gte": 5}}, "sort": [{"fieldName": "number", '
     '"order": "DESC"}, {"fieldName": "_createdDate", "order": "DESC"}], "cursorPaging": {"limit": 7}})'),
    ('orders.search()\n  .filter({})\n  .build()', "search()\n  .filter({})\n  .build()",
     'a chain of calls cannot be read: ".search(...).filter(...).build(...)"',
     f"write the object that searchOrders takes, such as searchOrders({EXAMPLE})"),
    ('wixData.query("Stores/Orders").hasSome("paymentStatus", ["PAID"]).eq("number", n).find()',
     'query("Stores/Orders").hasSome("paymentStatus", ["PAID"]).eq("number", n).find()',
     'a chain of calls cannot be read: ".query(...).hasSome(...).eq(...)"',
     f"write the object that searchOrders takes, such as searchOrders({EXAMPLE})"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "message", "advice"), REFUSED, ids=[row[0][:50] for row in REFUSED])
def test_code_without_one_search_says_what_to_write(text: str, place: str, message: str, advice: str) -> None:
    report = oq.check(text)
    (diagnostic,) = report.diagnostics
    assert diagnostic.code == "json-syntax"
    assert diagnostic.message.startswith(message)
    help_, *scan = diagnostic.help.split("\n")
    assert (help_, scan) == (
        advice,
        ["for a file of code run: orderquery scan FILE"] if advice.startswith("replace search") else [],
    )
    assert text[slice(*(diagnostic.span or (0, 0)))] == place
    if advice.startswith("write: "):
        assert oq.check(advice.removeprefix("write: ")).ok


VARIABLES = [
    ("{filter: {createdDate: {$gte: startDate}}}", "startDate", '"2024-01-31T09:30:00.000Z"'),
    ("{filter: {_createdDate: {$gte: from.toISOString()}}}", "from.toISOString()", '"2024-01-31T09:30:00.000Z"'),
    ("{filter: {createddate: since}}", "since", '"2024-01-31T09:30:00.000Z"'),
    ("{filter: {buyerInfo: {email: user.email}}}", "user.email", '"text"'),
    ("{filter: {$and: [{'buyerInfo.email': emails[0]}]}}", "emails[0]", '"text"'),
    ("{filter: {paymentStatus: {$in: statuses}}}", "statuses", '["NOT_PAID"]'),
    ("{filter: {paymentStatus: {$in: ['PAID', other]}}}", "other", '"NOT_PAID"'),
    ("{filter: {archived: isArchived!}}", "isArchived!", "true"),
    ("{filter: {'billingInfo.contactDetails.fullName': {$exists: flag}}}", "flag", "true"),
    ("{filter: {number: {$gt: await next()}}}", "await next()", '"10042"'),
    ("{filter: {'priceSummary.total.amount': total}}", "total", '"63.24"'),
    ("{filter: {id: orderId}}", "orderId", '"6f759095-0701-4075-9908-c9c31ff013e1"'),
    ("{filter: filter}", "filter", '{"paymentStatus": "PAID"}'),
    ("{filter: {$or: parts}}", "parts", '[{"paymentStatus": "PAID"}]'),
    ("{sort: order}", "order", '[{"fieldName": "createdDate", "order": "DESC"}]'),
    ("{sort: [{fieldName: name}]}", "name", '"createdDate"'),
    ("{cursorPaging: {limit: size}}", "size", "50"),
    ("{cursorPaging: paging}", "paging", '{"limit": 50}'),
]  # fmt: skip


def unreadable(text: str) -> list[oq.Diagnostic]:
    return [diagnostic for diagnostic in oq.check(text).diagnostics if diagnostic.code == "json-syntax"]


@pytest.mark.parametrize(("literal", "variable", "example"), VARIABLES)
def test_a_variable_must_be_replaced_by_its_value(literal: str, variable: str, example: str) -> None:
    for before, after in (("orders.searchOrders(", ")"), ("{search: ", "}")):
        text = f"{before}{literal}{after}"
        (diagnostic,) = unreadable(text)
        assert diagnostic.message == f'expected a value, found the variable "{variable}"'
        first, scan = diagnostic.help.split("\n")
        assert first == f"replace {variable} by its value, such as {example}"
        assert (scan, diagnostic.effect) == ("for a file of code run: orderquery scan FILE", "local")
        start, end = diagnostic.span or (0, 0)
        assert text[start:end] == variable
        assert "json-syntax" not in [d.code for d in oq.check(text[:start] + example + text[end:]).diagnostics]


@pytest.mark.parametrize(("literal", "place", "message", "advice"), [
    ("{filter}", "filter", 'expected a value, found the variable "filter"',
     'write: "filter": {"paymentStatus": "PAID"}'),
    ("{cursorPaging: {limit, cursor}}", "limit", 'expected a value, found the variable "limit"', 'write: "limit": 50'),
    ("{...base}", "...base", 'expected a value, found the variable "base"', "replace ...base by what is in it"),
    ("{filter: {number: `${first}`}}", "`${first}`", 'expected a value, found the variable "first"',
     "replace the template by its text in quotes"),
    ("{filter: {status: APPROVED}}", "APPROVED", 'expected a value, found "APPROVED"', 'put strings in quotes: "APPROVED"'),
    ("{filter: {number: 'a' + b}}", "+", 'expected "," or "}", found "+"', "write the value of the expression"),
    ("{filter: {number: undefined}}", "undefined", 'expected a value, found "undefined"', "remove the key, or write null"),
    ("{filter: {number: NaN}}", "NaN", 'expected a value, found "NaN"', "not a JSON number; write a number or null"),
    ("{filter: {createdDate: new Date('2024-01-31')}}", "new", 'expected a value, found "new"',
     'write the date-time as a string: "2024-01-31T00:00:00.000Z"'),
    ("{filter: {createdDate: ISODate('2024-01-31T10:00:00')}}", "ISODate('2024-01-31T10:00:00')",
     """expected a value, found the variable "ISODate('2024-01-31T10:00:00')\"""",
     'write the date-time as a string: "2024-01-31T10:00:00.000Z"'),
    ("{filter: [status: 1]}", "status", 'expected a value or "]", found "status"', 'put strings in quotes: "status"'),
])  # fmt: skip
def test_other_expressions_have_a_help_of_their_own(literal: str, place: str, message: str, advice: str) -> None:
    text = f"orders.searchOrders({literal});"
    diagnostic = unreadable(text)[0]
    help_ = diagnostic.help.removesuffix("\nfor a file of code run: orderquery scan FILE")
    assert (diagnostic.message, help_) == (message, advice)
    assert text[slice(*(diagnostic.span or (0, 0)))] == place


def test_a_program_is_nothing_that_wix_refuses() -> None:
    python = 'json.dumps({\n    # paid\n    "search": {"filter": {"paymentStatus": "PAID"}}})'
    for text, is_sent in (
        (python, False), ("orders.searchOrders({filter: {number: n}})", False), ("orders.searchOrders(search)", False),
        ('{"filter": }', True), ("orders.searchOrders({filter: {number: }})", True),
    ):  # fmt: skip
        (diagnostic,) = unreadable(text)
        assert diagnostic.effect == ("refuses" if is_sent else "local")
        assert ("orderquery scan FILE" in diagnostic.help) is (not is_sent)


@pytest.mark.parametrize("text", [
    "id = {abc}", "ids = {abc}", "(archived = true)", "not (number = 5)", 'shippingInfo.title = "searchOrders({})"',
    "shippingInfo.title = '); curl -d x'", "await = 5", "shippingInfo.title = {a:1}", "number in (1, 2)", "curl = 5",
])  # fmt: skip
def test_the_text_form_is_not_code(text: str) -> None:
    assert find_literal(text, SCHEMA) is None
    assert "json-syntax" not in [d.code for d in oq.check(text).diagnostics]


@pytest.mark.parametrize(("word", "fixed"), [
    ("'{\"search\": {\"filter\": {\"shippingInfo.title\": \"it'\\''s\", \"paymentstatus\": \"PAID\"}}}'", None),
    ("'{\"search\": {\"filter\": {\"paymentstatus\": \"O'\\''Neil\"}}}'", None),
    ("$'{\"search\": {\"filter\": {\"shippingInfo.title\": \"it\\'s \\u0041\\x42\\n\", \"paymentstatus\": \"PAID\"}}}'", "json-syntax"),
    ('"{\\"search\\": {\\"filter\\": {\\"shippingInfo.title\\": \\"\\$ \\`\\", \\"paymentstatus\\": \\"PAID\\"}}}"', None),
    ("\"{\\\"search\\\": {\\\"filter\\\": {\\\"\"'paymentstatus\": \"PAID\"}}}'", "requoted"),
    ("{\\\"search\\\":{\\\"filter\\\":{\\\"paymentstatus\\\":\\\"PAID\\\"}}}", "requoted"),
])  # fmt: skip
def test_a_body_is_written_back_in_its_quotes(word: str, fixed: str | None) -> None:
    text = f"curl -d {word} https://x"
    report = oq.check(text)
    if fixed == "json-syntax":
        assert [d.code for d in report.diagnostics] == ["json-syntax"]
        return
    written = rewrite(text, report.corrected)
    if fixed is None:
        assert written == text.replace("paymentstatus", "paymentStatus")
    again = oq.check(written)
    assert again.ok
    assert again.request == report.corrected


def test_a_dollar_sign_is_escaped_in_lines_in_which_the_shell_replaces_variables() -> None:
    lines = 'curl -d @- https://x <<EOF\n{"search": {"filter": {"number": {"gt": "\\$1"}}}}\nEOF\n'
    report = oq.check(lines)
    written = rewrite(lines, report.corrected)
    assert written == lines.replace('"gt"', '"\\$gt"')
    assert oq.check(written).ok
    assert oq.check(written).request == report.corrected


PIECES = st.sampled_from([
    "a.post(", "json=", "json.dumps(", "True", "<<EOF\n", "\nEOF\n", "@- ", "$(cat <<'EOF'\n",
    "curl ", "-d ", "'", '"', "\\", "\n", "$x", "$'", "{", "}", "(", ")", "[", "]", "searchOrders", "JSON.stringify", ".eq", "=", ";",
    "const ", "x", "search", ":", ",", "`", "//", "/*", "*/", "...", "'a'", '"search"', "{}", " ", "return ", "await ", "as ", "\ud800",
])  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(PIECES, max_size=20).map("".join), st.booleans())
def test_no_text_raises_anything_but_a_read_error(text: str, curl: bool) -> None:
    text = f"curl {text}" if curl else text
    try:
        found = find_literal(text, SCHEMA)
    except ReadError as problem:
        start, end = problem.span
        assert 0 <= start <= end <= len(text)
        assert problem.advice
    else:
        if found is not None:
            for start in range(len(found.text) + 1):
                first, last = found.span((start, len(found.text)))
                assert 0 <= first <= last <= len(text)
    oq.check(text)


N = 100_000


@pytest.mark.parametrize("text", [
    "searchOrders(" * N, "query(" * N, "orders.query()" + ".eq(1)" * N, "curl -d " + "$(" * N, 'curl -d "' + "${" * N + '"',
    "curl " + "a " * N, "curl -d '" + "\\" * N, "x.y(" + "(" * N, "x.y( " + " " * N + "(", "x.y(" + " (" * N, "{a: `${" + " " * N,
    "{a: `" + "${" * N, "{" * 150 + "a: " + '"' * N, "const " * N + "{", "{a: b" + " ." * N, "'" * N + ".a(", "a = 1 x.y(" + "b" * N,
    "x = {" + "a: {" * N, "/*" * N + "{", "curl -d \"" + "\\\"" * N + "\"", "select" + " from" * N, "a between " + "x" * N + " or",
], ids=range(22))  # fmt: skip
def test_hostile_code_is_read_once(text: str) -> None:
    # A pattern that tries again from every place would take hours.
    assert oq.check(text).errors
