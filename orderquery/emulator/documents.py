"""Orders and their transactions in one write.

They are decoded with exact numbers, so that a write keeps the digits of every value.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ..documents.ingest import Record
from ..documents.rest_names import in_rest_names
from ..stores.merge import RecordKind
from ..stores.service_state import Entry
from ..syntax.json_decoder import decode_decimal, decode_json
from ..syntax.json_printer import encode_json
from .errors import Refused, validation_error
from .limits import MAX_DOCUMENT_BYTES
from .service_errors import order_error
from .site import SiteChange

JSON = Any
Document = dict[str, JSON]


def read_document(change: SiteChange, kind: RecordKind, order_id: str) -> Document | None:
    """Return a stored document in REST names, or ``None``."""
    transaction = change.transaction
    document = transaction.read(kind, order_id)
    if document is None:
        return None
    decoded: Document = decode_json(in_rest_names(transaction.schema, document), decode_decimal)
    return decoded


def read_object(entry: Entry | None) -> Document:
    """Return the JSON object of an entry; an empty one if there is none.

    A restored snapshot can hold anything: what is no object is read as an empty one, too.
    """
    with suppress(ValueError, RecursionError):
        decoded = None if entry is None else decode_json(entry.document, decode_decimal)
        if isinstance(decoded, dict):
            return decoded
    return {}


def write_documents(
    change: SiteChange, order_id: str, *, order: Document | None = None, transactions: Document | None = None
) -> None:
    """Store an order, its transactions, or both.

    Raises:
        Refused: 400 if a document is too large, 428 if it cannot be written as JSON.

    """
    records = []
    if order is not None:
        records.append(Record("order", order_id, encode_document(order, "order"), order))
    if transactions is not None:
        document = encode_document(transactions, "orderTransactions")
        records.append(Record("transactions", order_id, document, transactions, change.now))
    change.transaction.write(records)


def encode_document(document: Document, name: str) -> bytes:
    """Return a document as it is stored; ``name`` is its key in requests.

    Raises:
        Refused: 400 if it is too large, 428 if it cannot be written as JSON.

    """
    try:
        encoded = encode_json(document)
    except (TypeError, ValueError, RecursionError, OverflowError):
        raise _not_writable(name) from None
    if len(encoded) > MAX_DOCUMENT_BYTES:
        violation = {
            "field": name,
            "description": f"{len(encoded):,} bytes after this write; a document has at most {MAX_DOCUMENT_BYTES:,}",
            "violatedRule": "MAX_SIZE",
            "data": {"threshold": MAX_DOCUMENT_BYTES},
        }
        raise validation_error([violation])
    return encoded


def _not_writable(name: str) -> Refused:
    return order_error("DOCUMENT_NOT_WRITABLE", document=name)
