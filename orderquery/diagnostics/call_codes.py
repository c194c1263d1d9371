"""The diagnostic codes of the code around a call that sends a search.

The finders of every programming language report them; the examples are JavaScript.
"""

from __future__ import annotations

from .code import Code, violation

_IMPORT = 'import { orders } from "@wix/ecom";\n'

# fmt: off
CALL_CODES = (
    Code(
        "unknown-answer-key", "around", violation("OTHER", "UNKNOWN_ANSWER_KEY"), "key that the answer does not have",
        "The answer of Search Orders has orders and metadata; metadata has count (of this page), cursors and hasNext. "
        "There is no total. The SDK writes _id, _createdDate and _updatedDate, and REST writes id, createdDate and "
        "updatedDate. Reading another key gives undefined in JavaScript and a KeyError in Python.",
        fix="guess: the code may read it for another reason",
        wrong_code=_IMPORT + "const { orders: found, pagingMetadata } = await orders.searchOrders({});",
        right_code=_IMPORT + "const { orders: found, metadata } = await orders.searchOrders({});",
    ),
    Code(
        "cursor-not-passed", "around", violation("OTHER", "CURSOR_NOT_PASSED"), "loop that never passes the cursor on",
        "Each request of the loop is the same, so each answer is page 1. The loop does not end, or it reads the same "
        "orders again and again.",
        fix="none: the loop has to keep the cursor between the requests",
        wrong_code=_IMPORT + (
            "let page;\n"
            "do {\n"
            "  page = await orders.searchOrders({ cursorPaging: { limit: 100 } });\n"
            "} while (page.metadata.hasNext);"
        ),
        right_code=_IMPORT + (
            "let page;\n"
            "let cursor;\n"
            "do {\n"
            "  page = await orders.searchOrders({ cursorPaging: { limit: 100, cursor } });\n"
            "  cursor = page.metadata.cursors.next;\n"
            "} while (cursor);"
        ),
    ),
    Code(
        "offset-paging", "around", violation("OTHER", "OFFSET_PAGING"), "loop that pages by a number",
        "Search Orders has no page, offset or skip. Wix ignores them, so each request returns page 1. Pass "
        "metadata.cursors.next of each answer as cursorPaging.cursor of the next request.",
        fix="none: the loop has to keep the cursor between the requests",
        wrong_code=_IMPORT + (
            "const found = [];\n"
            "for (let offset = 0; offset < 1000; offset += 100) {\n"
            "  const answer = await orders.searchOrders({ paging: { limit: 100, offset } });\n"
            "  found.push(...answer.orders);\n"
            "}"
        ),
        right_code=_IMPORT + (
            "const found = [];\n"
            "let cursor;\n"
            "do {\n"
            "  const answer = await orders.searchOrders({ cursorPaging: { limit: 100, cursor } });\n"
            "  found.push(...answer.orders);\n"
            "  cursor = answer.metadata.cursors.next;\n"
            "} while (cursor);"
        ),
    ),
    Code(
        "wrong-loop-end", "around", violation("OTHER", "WRONG_LOOP_END"), "loop over pages with a wrong end",
        "metadata.hasNext is true while there are more pages, and metadata.cursors.next is missing after the last one. "
        "The length of a page does not tell: after a full last page there is no cursor, and a request without one "
        "returns page 1 again. metadata.count is the number of orders on this page, not of all.",
        fix="guess: end the loop when metadata.cursors.next is missing",
        wrong_code=_IMPORT + (
            "let cursor;\n"
            "let answer;\n"
            "do {\n"
            "  answer = await orders.searchOrders({ cursorPaging: { limit: 100, cursor } });\n"
            "  cursor = answer.metadata.cursors.next;\n"
            "} while (answer.orders.length === 100);"
        ),
        right_code=_IMPORT + (
            "let cursor;\n"
            "let answer;\n"
            "do {\n"
            "  answer = await orders.searchOrders({ cursorPaging: { limit: 100, cursor } });\n"
            "  cursor = answer.metadata.cursors.next;\n"
            "} while (cursor);"
        ),
    ),
    Code(
        "unfiltered-member-search", "around", violation("OTHER", "UNFILTERED_MEMBER_SEARCH"),
        "search for one member that Wix does not filter",
        "The code knows a member, a contact or an email address, but no condition that Wix reads has it. The answer is "
        "the orders of every customer, and a page or an API may show them to a stranger.",
        fix="none: the condition has to be in search.filter",
        wrong_code=(
            "export const ordersOf = (memberId, headers) =>\n"
            '  fetch("https://www.wixapis.com/ecom/v1/orders/search", {\n'
            '    method: "POST",\n'
            "    headers,\n"
            '    body: JSON.stringify({ filter: { "buyerInfo.memberId": memberId } }),\n'
            "  });"
        ),
        right_code=(
            "export const ordersOf = (memberId, headers) =>\n"
            '  fetch("https://www.wixapis.com/ecom/v1/orders/search", {\n'
            '    method: "POST",\n'
            "    headers,\n"
            '    body: JSON.stringify({ search: { filter: { "buyerInfo.memberId": memberId } } }),\n'
            "  });"
        ),
        tags=("security",),
    ),
    Code(
        "source-syntax", "source", violation("OTHER", "SOURCE_SYNTAX"), "syntax error in a source file",
        "The parser cannot read the file from here on, or a part of it. A search there may be missed, or checked in "
        "part, so a scan without errors does not mean that there are none. Searches that are found are checked (D176).",
        fix="none: a text that does not parse is not changed",
    ),
    Code(
        "bad-ignore-comment", "comment", violation("OTHER", "BAD_IGNORE_COMMENT"),
        "ignore comment without code or reason",
        "A comment such as orderquery: ignore[unknown-field] sent to a test server silences the findings of one line. "
        "It names codes that exist, and a reason for the next reader.",
        fix="none: only the author knows the reason",
    ),
    Code(
        "unused-ignore-comment", "comment", violation("OTHER", "UNUSED_IGNORE_COMMENT"),
        "ignore comment that silences nothing",
        "The line that the comment is about has no finding with one of its codes. The code may have been corrected.",
        fix="guess: remove the comment",
    ),
)
# fmt: on
