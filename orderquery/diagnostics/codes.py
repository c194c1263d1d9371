"""Every diagnostic code, declared once.

The documentation, ``orderquery explain CODE`` and the catalogue's own tests are made from these rows: adding a
code is adding a row here and reporting it where the mistake is seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Effect = Literal["refuses", "ignores", "accepts", "elsewhere", "none"]

EFFECT_NOTES: dict[str, str] = {
    "refuses": "Wix refuses this request",
    "ignores": "Wix ignores this part",
    "accepts": "Wix accepts this",
    "elsewhere": "concerns your own tables, not requests",
    "none": "concerns stored documents, not requests",
}


@dataclass(frozen=True, slots=True)
class ServiceError:
    """How the service's error answers name a mistake.

    Either a field violation with its ``violatedRule`` (none on those that are recorded without one; ``{bound}`` is
    MIN or MAX, as the diagnostic says) and the ``ruleName`` of the rule OTHER, or the ``code`` of an application error.
    """

    violated_rule: str = ""
    rule_name: str = ""
    application_code: str = ""


def _violation(rule: str = "", name: str = "") -> ServiceError:
    return ServiceError(violated_rule=rule, rule_name=name)


def _application(code: str) -> ServiceError:
    return ServiceError(application_code=code)


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of diagnostic.

    ``effect`` is what the live service does with the mistake, ``service`` how an answer in its words names it.
    ``wrong`` is an example that yields exactly this code
    and ``right`` the same request mended, both in the shape named by ``shape`` (``text`` is the text form); both are
    empty where no request alone can show the mistake.
    """

    name: str
    effect: Effect
    service: ServiceError
    title: str
    why: str
    wrong: str = ""
    right: str = ""
    shape: Literal["request", "search", "sdk", "text"] = "request"

    @property
    def severity(self) -> Severity:
        """``warning`` for what the service accepts and for what a loader works round, ``error`` for the rest."""
        return "error" if self.effect in ("refuses", "ignores", "elsewhere") else "warning"


# fmt: off
_ROWS = (
    # -- the text of a request ---------------------------------------------------------------------------------
    Code(
        "json-syntax", "refuses", _violation("FORMAT"), "the text is not JSON",
        "A body that cannot be decoded holds no search at all. Here the JavaScript object form people paste from "
        "documentation (bare keys, single quotes, trailing commas, comments) is read too; this is neither.",
        '{"search": {"filter": {"status": }}}', '{"search": {"filter": {"status": "APPROVED"}}}',
    ),
    Code(
        "text-syntax", "refuses", _violation("FORMAT"), "the text form cannot be read",
        "The text form is field, operator, value, joined by and, or, not; then order by, then limit.",
        "status = and archived = true", "status = APPROVED and archived = true", "text",
    ),
    Code(
        "duplicate-key", "refuses", _violation("OTHER", "DUPLICATE_KEY"), "an object names a key twice",
        "JSON decoders keep one of the two and drop the other in silence, so half of the filter would be lost. "
        "Put the conditions in $and, or keep one.",
        '{"search": {"filter": {"status": "APPROVED", "status": "CANCELED"}}}',
        '{"search": {"filter": {"status": "APPROVED"}}}',
    ),
    Code(
        "too-deep", "refuses", _violation("OTHER", "FILTER_TOO_DEEP"), "the filter nests too deep",
        "$and, $or and $not nest at most 64 levels here. The limit protects the process.",
    ),
    Code(
        "too-large", "refuses", _violation("MAX_SIZE"), "the search is too large",
        "At most 1 MiB of text, 2,000 filter nodes, 1,000 elements in a list and 4,096 characters in a string. The "
        "limits protect the process.",
    ),
    Code(
        "query-too-long", "refuses", _violation("OTHER", "QUERY_TOO_LONG"), "the search would not fit a cursor",
        "A cursor carries the whole search and holds at most 16,000 characters. This is measured when the search is "
        "compiled, so that no walk can fail in its middle. Fewer or shorter operands fit.",
    ),
    # -- the shape of a request --------------------------------------------------------------------------------
    Code(
        "wrong-shape", "refuses", _violation("VALIDATION"), "a part of the request has the wrong JSON type",
        "search, filter and cursorPaging are objects, sort is an array of objects, limit is an integer, cursor and "
        "fieldName are strings, $and and $or are arrays of filters, $not is one filter.",
        '{"search": {"sort": {"fieldName": "number"}}}', '{"search": {"sort": [{"fieldName": "number"}]}}',
    ),
    Code(
        "ignored-key", "ignores", _violation("FIELD_NOT_ALLOWED"), "a key nobody reads",
        "The service reads search, and in it filter, sort and cursorPaging. It answers a request as if any other key "
        "were not there: page 1 for ever, or other people's orders.",
        '{"filter": {"status": "APPROVED"}}', '{"search": {"filter": {"status": "APPROVED"}}}',
    ),
    Code(
        "limit-out-of-range", "refuses", _violation("{bound}"), "limit is not within 1 to 100",
        "A page holds 1 to 100 orders; follow cursors.next for more.",
        '{"search": {"cursorPaging": {"limit": 1000}}}', '{"search": {"cursorPaging": {"limit": 100}}}',
    ),
    Code(
        "too-many-sorts", "refuses", _violation("MAX_SIZE"), "more sort entries than the service takes",
        "sort holds at most 4 entries; ties are always broken by id.",
        '{"search": {"sort": [{"fieldName": "status"}, {"fieldName": "paymentStatus"}, {"fieldName": '
        '"fulfillmentStatus"}, {"fieldName": "number"}, {"fieldName": "createdDate"}]}}',
        '{"search": {"sort": [{"fieldName": "status"}, {"fieldName": "paymentStatus"}, {"fieldName": '
        '"fulfillmentStatus"}, {"fieldName": "number"}]}}',
    ),
    Code(
        "too-long", "refuses", _violation("MAX_LENGTH"), "a field name or cursor is longer than the service takes",
        "fieldName holds at most 512 characters, cursor at most 16,000.",
    ),
    Code(
        "missing-field-name", "refuses", _violation("REQUIRED_FIELD"), "a sort entry names no field",
        "Every sort entry has a fieldName.",
        '{"search": {"sort": [{"order": "DESC"}]}}',
        '{"search": {"sort": [{"fieldName": "createdDate", "order": "DESC"}]}}',
    ),
    Code(
        "bad-order", "refuses", _violation("INVALID_ENUM_VALUE"), "order is neither ASC nor DESC",
        "The two words are written in capitals; without order a sort is ascending.",
        '{"search": {"sort": [{"fieldName": "number", "order": "descending"}]}}',
        '{"search": {"sort": [{"fieldName": "number", "order": "DESC"}]}}',
    ),
    # -- fields, operators, operands ---------------------------------------------------------------------------
    Code(
        "unknown-field", "refuses", _violation(), "no such field in the table",
        "Only the fields of the documented table can be filtered or sorted by, under their REST names (the JavaScript "
        "SDK's _id, _createdDate and _updatedDate belong to the sdk shape).",
        '{"search": {"filter": {"paymentstatus": "PAID"}}}', '{"search": {"filter": {"paymentStatus": "PAID"}}}',
    ),
    Code(
        "unknown-operator", "refuses", _violation("OTHER", "UNKNOWN_OPERATOR"), "no such operator",
        "Operators begin with $. A field is one dotted string, never a nested object, and $and, $or, $not stand "
        "beside fields, not under them.",
        '{"search": {"filter": {"buyerInfo": {"email": "a@example.com"}}}}',
        '{"search": {"filter": {"buyerInfo.email": "a@example.com"}}}',
    ),
    Code(
        "operator-not-allowed", "refuses", _violation("OTHER", "UNSUPPORTED_OPERATOR"),
        "the field does not have this operator",
        "Every field has operators of its own in the documented table.",
        '{"search": {"filter": {"priceSummary.total.amount": {"$in": ["5", "10"]}}}}',
        '{"search": {"filter": {"$or": [{"priceSummary.total.amount": "5"}, {"priceSummary.total.amount": "10"}]}}}',
    ),
    Code(
        "not-sortable", "refuses", _violation(), "the field cannot be sorted by",
        "The documented table marks the sortable fields.",
        '{"search": {"sort": [{"fieldName": "buyerInfo.contactId"}]}}',
        '{"search": {"sort": [{"fieldName": "buyerInfo.email"}]}}',
    ),
    Code(
        "operand-shape", "refuses", _violation("VALIDATION"), "the operator wants another shape of operand",
        "$in, $nin, $hasSome and $hasAll take a list, $exists true or false, the others one value.",
        '{"search": {"filter": {"paymentStatus": {"$in": "PAID"}}}}',
        '{"search": {"filter": {"paymentStatus": {"$in": ["PAID"]}}}}',
    ),
    Code(
        "operand-type", "refuses", _violation("FORMAT"), "the operand is not a value of the field's type",
        "A date field wants a date-time, a boolean true or false, an amount a decimal number or string.",
        '{"search": {"filter": {"createdDate": {"$gte": "2024-01-01"}}}}',
        '{"search": {"filter": {"createdDate": {"$gte": "2024-01-01T00:00:00.000Z"}}}}',
    ),
    # -- accepted, and worth saying ----------------------------------------------------------------------------
    Code(
        "several-operators", "accepts", _violation("OTHER", "SEVERAL_OPERATORS"), "several operators on one field",
        "They are ANDed here, as the SDK's own builder expects; two clients and a newer guide say the service refuses "
        "it. The $and form is safe everywhere (D3).",
        '{"search": {"filter": {"number": {"$gte": "1", "$lt": "9"}}}}',
        '{"search": {"filter": {"$and": [{"number": {"$gte": "1"}}, {"number": {"$lt": "9"}}]}}}',
    ),
    Code(
        "cursor-with-search", "accepts", _application("INVALID_CURSOR"), "filter or sort sent along with a cursor",
        "A cursor carries the whole search. What is sent along is compared with it: equal is fine, different is "
        "cursor-mismatch (D7).",
        '{"search": {"filter": {"status": "APPROVED"}, "cursorPaging": {"cursor": "c"}}}',
        '{"search": {"cursorPaging": {"cursor": "c"}}}',
    ),
    Code(
        "unknown-enum-value", "accepts", _violation("INVALID_ENUM_VALUE"), "a value this enum does not have",
        "No order holds it, so the comparison matches nothing (D11).",
        '{"search": {"filter": {"paymentStatus": "PAYED"}}}', '{"search": {"filter": {"paymentStatus": "PAID"}}}',
    ),
    Code(
        "empty-list", "accepts", _violation("MIN_SIZE"), "an empty list",
        "It means its logical identity: $in, $hasSome and $or match nothing, $nin, $hasAll and $and everything, $eq "
        "on a field of many values those without any (D6).",
        '{"search": {"filter": {"paymentStatus": {"$in": []}}}}', '{"search": {"filter": {"paymentStatus": "PAID"}}}',
    ),
    Code(
        "no-offset", "accepts", _violation("FORMAT"), "a date-time without an offset",
        "It is read as UTC.",
        '{"search": {"filter": {"createdDate": {"$gte": "2024-01-01T00:00:00"}}}}',
        '{"search": {"filter": {"createdDate": {"$gte": "2024-01-01T00:00:00Z"}}}}',
    ),
    Code(
        "bare-date", "accepts", _violation("FORMAT"), "a bare date where it may surprise",
        "In the text form a bare date is midnight UTC, so = and != speak of one instant, <= leaves out the rest of "
        "the day and > lets it in.",
        "createdDate <= 2024-01-31", "createdDate < 2024-02-01", "text",
    ),
    Code(
        "never-matches", "accepts", _violation("OTHER", "NEVER_MATCHES"),
        "a comparison that can match no value of this type",
        "$startsWith compares with the text of the value: true or false of a boolean, 2024-03-07T10:24:03.380Z of a "
        "date.",
        '{"search": {"filter": {"deliveryTimeSlotFromDate": {"$startsWith": "March"}}}}',
        '{"search": {"filter": {"deliveryTimeSlotFromDate": {"$startsWith": "2024-03"}}}}',
    ),
    Code(
        "prefix-of-boolean", "accepts", _violation("OTHER", "PREFIX_OF_BOOLEAN"), "$startsWith on a boolean",
        "The table lists it; it compares with the texts true and false. $eq says the same more clearly (D5).",
        '{"search": {"filter": {"archived": {"$startsWith": "t"}}}}', '{"search": {"filter": {"archived": true}}}',
    ),
    Code(
        "undocumented-sort", "accepts", _violation(), "a sort that only the document's own sample uses",
        "The table does not mark the field as sortable, the sample request sorts by it and was answered (D10).",
        '{"search": {"sort": [{"fieldName": "billingInfo.contactDetails.fullName"}]}}',
        '{"search": {"sort": [{"fieldName": "buyerInfo.email"}]}}',
    ),
    Code(
        "duplicate-sort", "accepts", _violation("OTHER", "DUPLICATE_SORT"), "a field sorted by twice",
        "The second entry cannot change the order and is left out.",
        '{"search": {"sort": [{"fieldName": "number"}, {"fieldName": "number", "order": "DESC"}]}}',
        '{"search": {"sort": [{"fieldName": "number"}]}}',
    ),
    Code(
        "hidden-value", "accepts", _violation("OTHER", "HIDDEN_VALUE"), "asks for orders that are never returned",
        "Orders with status INITIALIZED are left out of every search, whatever the filter says (D1).",
        '{"search": {"filter": {"status": "INITIALIZED"}}}', '{"search": {"filter": {"status": "APPROVED"}}}',
    ),
    Code(
        "not-a-guid", "accepts", _violation("FORMAT"), "the operand is not a GUID",
        "The field holds GUIDs, written as 8-4-4-4-12 hexadecimal digits, so this matches nothing one would expect.",
        '{"search": {"filter": {"id": "10126"}}}', '{"search": {"filter": {"number": "10126"}}}',
    ),
    # -- said by whoever holds the cursor's key ----------------------------------------------------------------
    Code(
        "bad-cursor", "refuses", _application("INVALID_CURSOR"), "the cursor is not one of ours",
        "It was altered, cut short, or made with another key, for another site or another table. Search again "
        "without a cursor to begin at page 1.",
    ),
    Code(
        "cursor-mismatch", "refuses", _application("INVALID_CURSOR"), "the filter or sort is not the cursor's",
        "What is sent along with a cursor must be what the cursor carries. Send the cursor alone, or the new search "
        "without it (D7).",
    ),
    # -- said where a search runs ------------------------------------------------------------------------------
    Code(
        "not-in-layout", "elsewhere", _violation("OTHER", "NOT_IN_LAYOUT"), "a field that these tables do not have",
        "The search is for tables of one's own, and their layout says nothing of the field. Every field that a search "
        "names, its sort (the default one too) and the exclusion of hidden orders must be there.",
    ),
    # -- documents ---------------------------------------------------------------------------------------------
    Code(
        "unusable-document", "none", _violation("VALIDATION"), "a document that cannot be kept",
        "It is not JSON, not an object, nests too deep, or holds a lone surrogate (D14). It is skipped, the rest is "
        "loaded.",
    ),
    Code(
        "unknown-document", "none", _violation("VALIDATION"), "neither orders nor transactions",
        "Orders, Search responses, {\"order\": ...}, order transactions and the webhook events of both are loaded; "
        "this is none of them and was skipped.",
    ),
    Code(
        "no-usable-id", "none", _violation("REQUIRED_FIELD"), "a document without a usable id",
        "An order's id is a string of 1 to 256 characters, and so is the orderId of its transactions. Without it the "
        "document is skipped.",
    ),
    Code(
        "partial-order", "none", _violation("VALIDATION"), "a change, not an order",
        "The body of an update names an order and some of its fields. Kept, it would replace the whole order by that "
        "part, so it is skipped.",
    ),
    Code(
        "unfit-value", "none", _violation("FORMAT"), "a stored value that does not fit its field",
        "The order is kept as it is; for matching and sorting the value counts as missing.",
    ),
)
# fmt: on

CODES: dict[str, Code] = {row.name: row for row in _ROWS}
