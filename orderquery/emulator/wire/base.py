"""The base classes of requests and answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, WithJsonSchema
from pydantic.alias_generators import to_camel

from ...diagnostics.diagnostic import Diagnostic
from ...syntax.json_printer import encode_json

JSON = Any
JsonObject = dict[str, Any]
"""A document as the service returns it, its numbers exact."""

COMPONENT = "x-component"
"""In a JSON Schema: the component of the description that has the schema of a document."""

if TYPE_CHECKING:
    from ...dicts import OrderDict, OrderTransactionsDict

    OrderDocument = OrderDict
    TransactionsDocument = OrderTransactionsDict
else:
    # Documents are returned as they are: not checked, and not copied.
    OrderDocument = Annotated[JsonObject, WithJsonSchema({COMPONENT: "Order"})]
    TransactionsDocument = Annotated[JsonObject, WithJsonSchema({COMPONENT: "OrderTransactions"})]

_ITEM_PATH = 4
"""The steps of a path into an item of a bulk request: the list, the index, the entity, and a key of it."""

READ_ONLY: dict[str, JSON] = {"readOnly": True}
"""In ``json_schema_extra`` of a field: the service sets it, and ignores it in a request."""


REPEATS_PATH: dict[str, JSON] = {"x-repeats-path": True}
"""In ``json_schema_extra`` of a field: it repeats an id of the path, which counts instead."""


class WireModel(BaseModel):
    """A part of a request; its attributes are the keys in snake_case."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow", strict=True)


class WireRequest(WireModel):
    """The body and the path parameters of a request.

    ``keeps_nulls`` is true where a null is more than an absent key. ``bulk_key`` is the list of a bulk request.
    ``spellings`` are wrong keys that clients send, each with what to write.
    """

    keeps_nulls: ClassVar[bool] = False
    bulk_key: ClassVar[str] = ""
    spellings: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def item_of(cls, path: tuple[str | int, ...]) -> int | None:
        """Return the index of the item that a fault concerns.

        ``None`` if it concerns the whole request.
        """
        if len(path) < _ITEM_PATH or path[0] != cls.bulk_key:
            return None
        return path[1] if isinstance(path[1], int) else None


class WireResponse(BaseModel):
    """An answer: of JSON values, of other responses and of lists of them.

    Documents in it are plain JSON objects. A part of a request (:class:`WireModel`) cannot be a part of an answer:
    it is written as the object that it was read from.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="allow")

    _warnings: tuple[Diagnostic, ...] = PrivateAttr(())

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """The diagnostics of the request that was answered."""
        return self._warnings

    def warn(self, warnings: Iterable[Diagnostic]) -> None:
        """Report diagnostics with the answer."""
        self._warnings += tuple(warnings)

    def to_json(self) -> JsonObject:
        """Return the answer with the keys of the service, without absent ones."""
        return {
            key: part
            for name, field in type(self).model_fields.items()
            if (part := _plain(getattr(self, name))) is not None
            for key in [field.alias or name]
        }

    def to_bytes(self) -> bytes:
        """Return the answer as JSON; numbers keep their digits."""
        return encode_json(self.to_json())


def _plain(value: JSON) -> JSON:
    if isinstance(value, WireResponse):
        return value.to_json()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


class EmptyResponse(WireResponse):
    """The answer ``{}`` of an operation without a result."""


class BulkError(WireResponse):
    """Why one item of a bulk request failed."""

    code: str
    description: str
    data: JsonObject | None = None


class ItemMetadata(WireResponse):
    """What happened to one item of a bulk request."""

    id: str | None = None
    original_index: int
    success: bool
    error: BulkError | None = None


class BulkResult(WireResponse):
    """One item of a bulk request; ``item`` is the entity, if it was asked for."""

    item_metadata: ItemMetadata
    item: JsonObject | None = None


class BulkActionMetadata(WireResponse):
    """How many items of a bulk request succeeded and failed."""

    total_successes: int
    total_failures: int
    undetailed_failures: int = 0


class BulkResponse(WireResponse):
    """The answer of a bulk request."""

    results: list[BulkResult] = Field(default_factory=list)
    bulk_action_metadata: BulkActionMetadata
