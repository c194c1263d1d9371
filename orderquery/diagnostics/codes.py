"""List every diagnostic code, one row each.

The reference, ``orderquery explain CODE`` and the tests of the codes are generated from these rows. To add a code, add
a row and create its diagnostic where the mistake is found.
"""

from __future__ import annotations

from .call_codes import CALL_CODES
from .code import EFFECT_NOTES, Code, Effect, ServiceError, Severity
from .code import application as _application
from .code import violation as _violation
from .stores_codes import STORES_CODES

__all__ = ["CODES", "EFFECT_NOTES", "Code", "Effect", "ServiceError", "Severity"]

# fmt: off
_ROWS = (
    # -- the source text ---------------------------------------------------------------------------------------
    Code(
        "json-syntax", "refuses", _violation("FORMAT"), "invalid JSON",
        "The request body cannot be decoded. JavaScript object literals as in the documentation (bare keys, single "
        "quotes, trailing commas, comments) are accepted here too; this is neither.",
        '{"search": {"filter": {"status": }}}', '{"search": {"filter": {"status": "APPROVED"}}}',
        fix="none: a text that does not parse is not changed",
    ),
    Code(
        "text-syntax", "local", _violation("FORMAT"), "invalid text form",
        "A condition is a field, an operator and a value. Join conditions with and, or, not; then write order by and "
        "limit. The text form is for people; Wix takes JSON.",
        "status = and archived = true", "status = APPROVED and archived = true", "text",
        fix="none: a text that does not parse is not changed",
    ),
    Code(
        "empty-query", "local", _violation("REQUIRED_FIELD"), "empty query",
        "An empty text is an error, so that a variable that was not set does not match every order. For every order "
        "write everything, or {} in JSON (D38).",
        fix="none: what the text was to say is not known",
    ),
    Code(
        "missing-parameter", "local", _violation("REQUIRED_FIELD"), "parameter without a value",
        "In the text form :name is a parameter. Its value comes from Python: params={\"name\": VALUE}. A text that "
        "begins with a colon is written in quotes (D119).",
        "buyerInfo.email = :email", 'buyerInfo.email = "a@example.com"', "text",
        fix="none: the intended value is not known",
    ),
    Code(
        "unused-parameter", "local", _violation("OTHER", "UNUSED_PARAMETER"), "parameter that the search does not use",
        "A value that is passed and not used does not narrow the search, so the answer is larger than expected. JSON "
        "has no parameters: a dict holds the values themselves (D120).",
        fix="none: a condition may be missing",
    ),
    Code(
        "duplicate-key", "refuses", _violation("OTHER", "DUPLICATE_KEY"), "duplicate key in an object",
        "JSON decoders keep one of the two values and silently drop the other, so half of the filter is lost. Put "
        "both conditions in $and, or keep one.",
        '{"search": {"filter": {"status": "APPROVED", "status": "CANCELED"}}}',
        '{"search": {"filter": {"status": "APPROVED"}}}',
        fix="none: both values may be wanted, in $and or one of them alone",
    ),
    Code(
        "too-deep", "local", _violation("OTHER", "FILTER_TOO_DEEP"), "the filter nests too deep",
        "$and, $or and $not nest at most 64 levels. This limit of orderquery protects the process.",
        fix="none: no shorter filter is certain to match the same orders",
    ),
    Code(
        "too-large", "local", _violation("MAX_SIZE"), "the search is too large",
        "The limits are 1 MiB of text, 2,000 conditions, 1,000 values in a list and 4,096 characters in a string. "
        "These limits of orderquery protect the process.",
        fix="none: no part may be dropped",
    ),
    Code(
        "query-too-long", "local", _violation("OTHER", "QUERY_TOO_LONG"), "the search does not fit in a cursor",
        "A cursor contains the whole search and has at most 16,000 characters. The length is checked when the search "
        "is compiled, so paging cannot fail later. Use fewer or shorter values.",
        fix="none: no part may be dropped",
    ),
    # -- the shape of a request --------------------------------------------------------------------------------
    Code(
        "wrong-shape", "refuses", _violation("VALIDATION"), "wrong JSON type for a part of the request",
        "search, filter and cursorPaging are objects, sort is an array of objects, limit is an integer, cursor and "
        "fieldName are strings, $and and $or are arrays of filters, $not is one filter.",
        '{"search": {"sort": {"fieldName": "number"}}}', '{"search": {"sort": [{"fieldName": "number"}]}}',
        fix="intended where the value has one meaning (an object or a text for sort, a filter as JSON text, one "
            "condition for a list of filters, a limit of digits); else guess or none",
    ),
    Code(
        "ignored-key", "ignores", _violation("FIELD_NOT_ALLOWED"), "unknown key, ignored by Wix",
        "Wix reads search, and in it filter, sort and cursorPaging. It silently ignores any other key, so the "
        "response can be page 1 forever, or another customer's orders.",
        '{"filter": {"status": "APPROVED"}}', '{"search": {"filter": {"status": "APPROVED"}}}',
        fix="intended where the key has one meaning (a part in the wrong place or under another name); same-answer "
            "where the part is already there; else guess: removing it may lose a condition",
    ),
    Code(
        "limit-out-of-range", "refuses", _violation("{bound}"), "limit is not between 1 and 100",
        "A page has 1 to 100 orders. Follow cursors.next for more.",
        '{"search": {"cursorPaging": {"limit": 1000}}}', '{"search": {"cursorPaging": {"limit": 100}}}',
        fix="guess: a smaller page needs more requests",
    ),
    Code(
        "too-many-sorts", "refuses", _violation("MAX_SIZE"), "too many sort entries",
        "sort has at most 4 entries. Ties are always broken by id.",
        '{"search": {"sort": [{"fieldName": "status"}, {"fieldName": "paymentStatus"}, {"fieldName": '
        '"fulfillmentStatus"}, {"fieldName": "number"}, {"fieldName": "createdDate"}]}}',
        '{"search": {"sort": [{"fieldName": "status"}, {"fieldName": "paymentStatus"}, {"fieldName": '
        '"fulfillmentStatus"}, {"fieldName": "number"}]}}',
        fix="guess: which entries matter is not known",
    ),
    Code(
        "too-long", "refuses", _violation("MAX_LENGTH"), "field name or cursor is too long",
        "fieldName has at most 512 characters, cursor at most 16,000.",
        fix="none: the rest of the name or cursor may matter",
    ),
    Code(
        "missing-field-name", "refuses", _violation("REQUIRED_FIELD"), "sort entry without fieldName",
        "Every sort entry needs a fieldName.",
        '{"search": {"sort": [{"order": "DESC"}]}}',
        '{"search": {"sort": [{"fieldName": "createdDate", "order": "DESC"}]}}',
        fix="intended where the entry names one field under another key, or as a key; else none",
    ),
    Code(
        "bad-order", "refuses", _violation("INVALID_ENUM_VALUE"), "order is not ASC or DESC",
        "Write ASC or DESC in capitals. The default is ASC.",
        '{"search": {"sort": [{"fieldName": "number", "order": "descending"}]}}',
        '{"search": {"sort": [{"fieldName": "number", "order": "DESC"}]}}',
        fix="intended for asc, desc, ascending, descending, 1 and -1 in any case; else none",
    ),
    # -- fields, operators, operands ---------------------------------------------------------------------------
    Code(
        "unknown-field", "refuses", _violation(), "unknown field",
        "Only the fields of the documented table can be filtered or sorted by, under their REST names. The names _id, "
        "_createdDate and _updatedDate of the JavaScript SDK belong to the sdk shape.",
        '{"search": {"filter": {"paymentstatus": "PAID"}}}', '{"search": {"filter": {"paymentStatus": "PAID"}}}',
        fix="intended for a name that is near one field only, or in the list of names from elsewhere, and for a minus "
            "before a field to sort by; else guess, also for any other sign",
    ),
    Code(
        "unknown-operator", "refuses", _violation("OTHER", "UNKNOWN_OPERATOR"), "unknown operator",
        "Operators start with $. A field is one dotted string, not a nested object. Write $and, $or and $not beside "
        "fields, not under them.",
        '{"search": {"filter": {"buyerInfo": {"email": "a@example.com"}}}}',
        '{"search": {"filter": {"buyerInfo.email": "a@example.com"}}}',
        fix="intended for a near name, an operator of another language with one meaning, a nested field, and a "
            "connective under its field; else guess, also for a negation",
    ),
    Code(
        "operator-not-allowed", "refuses", _violation("OTHER", "UNSUPPORTED_OPERATOR"),
        "operator not supported for this field",
        "The documented table lists the operators of each field.",
        '{"search": {"filter": {"priceSummary.total.amount": {"$in": ["5", "10"]}}}}',
        '{"search": {"filter": {"$or": [{"priceSummary.total.amount": "5"}, {"priceSummary.total.amount": "10"}]}}}',
        fix="intended for $in and $nin of at most 10 values where the field has $eq and $ne; else guess",
    ),
    Code(
        "not-sortable", "refuses", _violation(), "field cannot be sorted by",
        "The documented table marks the sortable fields.",
        '{"search": {"sort": [{"fieldName": "buyerInfo.contactId"}]}}',
        '{"search": {"sort": [{"fieldName": "buyerInfo.email"}]}}',
        fix="none: another field gives another order",
    ),
    Code(
        "operand-shape", "refuses", _violation("VALIDATION"), "wrong shape of operand",
        "$in, $nin, $hasSome and $hasAll need a list, $exists needs true or false, the other operators one value.",
        '{"search": {"filter": {"paymentStatus": {"$in": "PAID"}}}}',
        '{"search": {"filter": {"paymentStatus": {"$in": ["PAID"]}}}}',
        fix="intended for one value in place of a list, a list of enum values with commas, and true or false as "
            "text or number; else none",
    ),
    Code(
        "operand-type", "refuses", _violation("FORMAT"), "operand has the wrong type",
        "A date field needs a date-time, a boolean true or false, an amount a decimal number or string.",
        '{"search": {"filter": {"createdDate": {"$gte": "2024-01-01"}}}}',
        '{"search": {"filter": {"createdDate": {"$gte": "2024-01-01T00:00:00.000Z"}}}}',
        fix="intended for a date without time with $gte, $lt or $lte, and for a value with one reading; else guess",
    ),
    # -- accepted by Wix ---------------------------------------------------------------------------------------
    Code(
        "several-operators", "accepts", _violation("OTHER", "SEVERAL_OPERATORS"), "several operators on one field",
        "They are combined with AND here, as in the builder of the SDK. Two clients and a newer guide report that Wix "
        "refuses them; the $and form always works (D3).",
        '{"search": {"filter": {"number": {"$gte": "1", "$lt": "9"}}}}',
        '{"search": {"filter": {"$and": [{"number": {"$gte": "1"}}, {"number": {"$lt": "9"}}]}}}',
        fix="same-answer: $and joins the same conditions",
        note="the SDK sends this; some clients report that Wix refuses it",
    ),
    Code(
        "cursor-with-search", "accepts", _application("INVALID_CURSOR"), "filter or sort next to a cursor",
        "A cursor contains the whole search. A filter or sort sent with it is compared with it: an equal one is "
        "accepted, a different one is cursor-mismatch (D7).",
        '{"search": {"filter": {"status": "APPROVED"}, "cursorPaging": {"cursor": "c"}}}',
        '{"search": {"cursorPaging": {"cursor": "c"}}}',
        fix="guess: the cursor or the search may be the wrong one",
    ),
    Code(
        "unknown-enum-value", "accepts", _violation("INVALID_ENUM_VALUE"), "unknown value of an enum field",
        "No order has this value, so the condition matches nothing (D11).",
        '{"search": {"filter": {"paymentStatus": "PAYED"}}}', '{"search": {"filter": {"paymentStatus": "PAID"}}}',
        fix="same-answer in a list that also has the value it misspells; else guess: the nearest value matches other "
            "orders",
    ),
    Code(
        "empty-list", "accepts", _violation("MIN_SIZE"), "empty list",
        "$in, $hasSome and $or with an empty list match nothing; $nin, $hasAll and $and match everything; $eq on a "
        "field with many values matches orders without any (D6).",
        '{"search": {"filter": {"paymentStatus": {"$in": []}}}}', '{"search": {"filter": {"paymentStatus": "PAID"}}}',
        fix="same-answer for an empty $and, which matches every order; else none",
    ),
    Code(
        "no-offset", "accepts", _violation("FORMAT"), "date-time without UTC offset",
        "It is read as UTC.",
        '{"search": {"filter": {"createdDate": {"$gte": "2024-01-01T00:00:00"}}}}',
        '{"search": {"filter": {"createdDate": {"$gte": "2024-01-01T00:00:00Z"}}}}',
        fix="same-answer: the date-time is read as UTC already",
    ),
    Code(
        "bare-date", "accepts", _violation("FORMAT"), "date without time, with an operator for an instant",
        "In the text form a date without time means midnight UTC. So = and != compare with one instant, <= excludes "
        "the rest of the day and > includes it.",
        "createdDate <= 2024-01-31", "createdDate < 2024-02-01", "text",
        fix="guess: midnight may be wanted",
    ),
    Code(
        "never-matches", "accepts", _violation("OTHER", "NEVER_MATCHES"),
        "operand that no value of this type can match",
        "$startsWith compares with the text of the value: true or false for a boolean, 2024-03-07T10:24:03.380Z for a "
        "date.",
        '{"search": {"filter": {"deliveryTimeSlotFromDate": {"$startsWith": "March"}}}}',
        '{"search": {"filter": {"deliveryTimeSlotFromDate": {"$startsWith": "2024-03"}}}}',
        fix="guess or none: another operand matches other orders",
    ),
    Code(
        "prefix-of-boolean", "accepts", _violation("OTHER", "PREFIX_OF_BOOLEAN"), "$startsWith on a boolean",
        "The documented table lists it. It compares with the texts true and false; $eq is clearer (D5).",
        '{"search": {"filter": {"archived": {"$startsWith": "t"}}}}', '{"search": {"filter": {"archived": true}}}',
        fix="guess: $eq may match other orders",
    ),
    Code(
        "undocumented-sort", "accepts", _violation(), "sort field from the sample only",
        "The documented table does not mark this field as sortable, but the sample request of the documentation sorts "
        "by it (D10).",
        '{"search": {"sort": [{"fieldName": "billingInfo.contactDetails.fullName"}]}}',
        '{"search": {"sort": [{"fieldName": "buyerInfo.email"}]}}',
        fix="none: another field gives another order",
    ),
    Code(
        "duplicate-sort", "accepts", _violation("OTHER", "DUPLICATE_SORT"), "field sorted by twice",
        "The second entry cannot change the order and is left out.",
        '{"search": {"sort": [{"fieldName": "number"}, {"fieldName": "number", "order": "DESC"}]}}',
        '{"search": {"sort": [{"fieldName": "number"}]}}',
        fix="same-answer: the entry has no effect",
    ),
    Code(
        "hidden-value", "accepts", _violation("OTHER", "HIDDEN_VALUE"), "status INITIALIZED is never returned",
        "Every search excludes orders with status INITIALIZED, whatever the filter is (D1).",
        '{"search": {"filter": {"status": "INITIALIZED"}}}', '{"search": {"filter": {"status": "APPROVED"}}}',
        fix="guess: another status may be wanted",
    ),
    Code(
        "not-a-guid", "accepts", _violation("FORMAT"), "operand is not a GUID",
        "The field has GUIDs, written as 8-4-4-4-12 hexadecimal digits, so the condition probably matches nothing.",
        '{"search": {"filter": {"id": "10126"}}}', '{"search": {"filter": {"number": "10126"}}}',
        fix="none: the right id is not known",
    ),
    Code(
        "odd-characters", "accepts", _violation("FORMAT"), "typographic quotes or invisible characters in a value",
        "Word processors, chats and web pages put curly quotes, no-break spaces and zero-width characters into what is "
        "copied. They are compared like letters, so the condition probably matches nothing (D163).",
        '{"search": {"filter": {"buyerInfo.email": "\u201ca@example.com\u201d"}}}',
        '{"search": {"filter": {"buyerInfo.email": "a@example.com"}}}',
        fix="guess: the value may really have them",
    ),
    Code(
        "unfilled-value", "accepts", _violation("FORMAT"), "operand that code probably did not fill in",
        "Texts such as undefined, null, [object Object] and ${email} come from code that had no value, or did not "
        "fill a template. They are compared like any text, so the condition probably matches nothing (D171).",
        '{"search": {"filter": {"buyerInfo.email": "undefined"}}}',
        '{"search": {"filter": {"buyerInfo.email": "a@example.com"}}}',
        fix="none: the value is not known",
    ),
    Code(
        "pattern-value", "accepts", _violation("FORMAT"), "wildcard or regular expression in a value",
        "A * or % in a value stands for itself, and so do the slashes of a regular expression. The condition probably "
        "matches nothing; $startsWith finds the start of a text (D172).",
        '{"search": {"filter": {"buyerInfo.email": "anna*"}}}',
        '{"search": {"filter": {"buyerInfo.email": {"$startsWith": "anna"}}}}',
        fix="guess: the value may really have these characters",
    ),
    Code(
        "not-a-number", "accepts", _violation("FORMAT"), "operand is not a number",
        "Order numbers are digits. Other text is compared after every number, so the condition probably does not match "
        "what was meant (D40).",
        '{"search": {"filter": {"number": {"$gt": "abc"}}}}', '{"search": {"filter": {"number": {"$gt": "10042"}}}}',
        fix="guess or none: the right number is not known",
    ),
    # -- cursors, checked with the key -------------------------------------------------------------------------
    Code(
        "bad-cursor", "refuses", _application("INVALID_CURSOR"), "invalid cursor",
        "The cursor was changed, cut short, or made with another key, for another site or another table. Search "
        "without a cursor to start at page 1.",
        fix="none: only the service makes cursors",
    ),
    Code(
        "cursor-mismatch", "refuses", _application("INVALID_CURSOR"), "filter or sort differs from the cursor's",
        "A filter or sort sent with a cursor must equal the cursor's. Send the cursor alone, or the new search "
        "without it (D7).",
        fix="none: the cursor or the search may be the wrong one",
    ),
    # -- where a search runs -----------------------------------------------------------------------------------
    Code(
        "not-in-layout", "elsewhere", _violation("OTHER", "NOT_IN_LAYOUT"), "field missing from the layout",
        "The search runs over your own tables, and their layout has no column for this field. The layout needs every "
        "field of the filter and the sort (the default sort too), and status to exclude hidden orders.",
        fix="none: the layout is yours",
    ),
    *STORES_CODES,
    # -- the code that sends a search --------------------------------------------------------------------------
    *CALL_CODES,
    # -- documents ---------------------------------------------------------------------------------------------
    Code(
        "unusable-document", "none", _violation("VALIDATION"), "unusable document",
        "It is not JSON, not an object, nests too deep, or has a lone surrogate (D14). It is skipped; the other "
        "documents are loaded.",
        fix="none: stored documents are not changed",
    ),
    Code(
        "unknown-document", "none", _violation("VALIDATION"), "unknown kind of document",
        "Loading accepts orders, Search responses, {\"order\": ...}, order transactions, and the webhook events of "
        "both. This document was skipped.",
        fix="none: stored documents are not changed",
    ),
    Code(
        "foreign-document", "none", _violation("VALIDATION"), "document of another interface",
        "An order of the older Stores API, a row of Velo's Stores/Orders or a payload of Automations has other fields. "
        "Loaded as it is, half of its values would be missing, so it is skipped (D39).",
        fix="none: stored documents are not changed",
    ),
    Code(
        "no-usable-id", "none", _violation("REQUIRED_FIELD"), "document without a valid id",
        "The id of an order, and the orderId of its transactions, is a string of 1 to 256 characters. The document "
        "was skipped.",
        fix="none: stored documents are not changed",
    ),
    Code(
        "partial-order", "none", _violation("VALIDATION"), "part of an order",
        "The body of an update has an id and some of the fields. Loading it would replace the whole order with that "
        "part, so it was skipped.",
        fix="none: stored documents are not changed",
    ),
    Code(
        "unverified-event", "none", _violation("VALIDATION"), "webhook token with an unchecked signature",
        "A file holds a webhook token (a JSON Web Token). Its event is loaded, but without the app's public key "
        "nothing shows that Wix sent it. The endpoint checks the signature with --webhook-key.",
        fix="none: stored documents are not changed",
    ),
    Code(
        "unfit-value", "none", _violation("FORMAT"), "stored value does not fit its field",
        "The order is loaded unchanged; for matching and sorting the value counts as missing.",
        fix="none: stored documents are not changed",
    ),
    Code(
        "kept-value", "none", _violation("OTHER", "KEPT_VALUE"), "old value without a counterpart",
        "A value of a Stores order is unknown, does not fit, or belongs to another API. The converted order has it "
        "under extendedFields.namespaces.stores, at its old path (D95).",
        fix="none: nothing is lost",
    ),
    Code(
        "conversion-loss", "none", _violation("OTHER", "CONVERSION_LOSS"), "the new documents say less",
        "A Stores order does not have what an eCommerce order says there, such as the amount of a partial payment, "
        "or the value is not a part of an order (D96, D99).",
        fix="none: the old document does not have it",
    ),
    Code(
        "already-canceled", "none", _violation("OTHER", "ORDER_ALREADY_CANCELED"), "the order was canceled before",
        "What Wix answers is not documented. Here the call succeeds, changes nothing and emits no event (D45).",
        fix="none: nothing has to be changed",
    ),
)
# fmt: on

CODES: dict[str, Code] = {row.name: row for row in _ROWS}
