"""Define every limit of the emulator; the unit is in each name.

Limits of a search itself are in ``language.limits``.
"""

from __future__ import annotations

HEAD_TIMEOUT_S = 20.0
"""For the head of a request; also how long a new connection may stay silent."""

BODY_TIMEOUT_S = 30.0
"""For the body of a request."""

UNREAD_BODY_TIMEOUT_S = BODY_TIMEOUT_S + 10
"""For a body that the application does not read. Longer, so that its own 408 comes first."""

SEARCH_TIMEOUT_S = 10.0
"""For one search in the store."""

RESPONSE_TIMEOUT_S = 60.0
"""For a client that has stopped reading its response."""

SHUTDOWN_TIMEOUT_S = 10
"""For requests in progress when the server gets a signal to stop; uvicorn takes whole seconds."""

MAX_HEAD_BYTES = 1 << 16
"""Request line and headers."""

MAX_LOAD_BYTES = 64 << 20
"""The body of a load; other bodies are limited to ``MAX_SEARCH_BYTES``."""

MAX_ENVELOPE_BYTES = 4 << 20
"""A webhook envelope: an event with an order of 1 MiB, in three texts within each other."""

ENVELOPE_WINDOW_S = 24 * 3_600
"""How long ago a signed envelope may have been issued, whatever its ``exp`` says."""

ENVELOPE_SKEW_S = 60
"""How far the clock of the signer may be ahead."""

MAX_DOCUMENT_BYTES = 1 << 20
"""An order, or the transactions of one, that a write stores."""

MAX_WARNINGS_BYTES = 4_096
"""The header with the warnings; clients and proxies commonly refuse 8 KiB of headers."""

MAX_POINTER_CHARS = 256
"""One JSON pointer in that header."""

MAX_VIOLATIONS = 100
"""Field violations in one error; the rest are counted, so that an error is not larger than its request."""

MAX_LOAD_PROBLEMS = 100
"""Problems in the response to a load; the rest are counted."""

MAX_UNUSABLE_DOCUMENTS = 10_000
"""Unusable documents after which a load ends."""

MAX_LOAD_PROBLEM_COUNT = 100_000
"""Problems of any kind after which a load ends: each takes about 25 microseconds to describe."""

MAX_LOAD_VALUES = 3_000_000
"""Values in the body of a load, told by their commas. Sample orders have one in 33 bytes; a decoded one takes up to
130 bytes."""

MAX_LOAD_OBJECTS = 1_250_000
"""Objects and lists in the body of a load. Sample orders have one in 65 bytes; a decoded one takes about 200 bytes."""

LOAD_TIMEOUT_S = 60.0
"""For one load, from its turn on; checked with every document."""

MAX_CONCURRENT_LOADS = 2
"""A store has one writer: more loads would only occupy threads that searches need."""

MAX_SMALL_LOAD_BYTES = 1 << 20
"""Loads up to this size have a turn of their own, so that long loads do not keep webhooks waiting."""

FREE_BODY_BYTES = 64 << 10
"""The beginning of a body is not counted, because it is buffered anyway: searches are served while loads fill the
memory."""

MAX_SMALL_BODY_BYTES = 1 << 20
"""What every request may send while others send large bodies."""

MAX_SMALL_BODIES_BYTES = 64 << 20
"""For the bodies of all requests in progress; each counts up to ``MAX_SMALL_BODY_BYTES``."""

MAX_LARGE_BODIES_BYTES = 160 << 20
"""For the rest of these bodies: two loads of 64 MiB, and room for others."""

BUSY_RETRY_S = 5
"""When to try again after a refusal for lack of memory."""

MAX_INLINE_SEARCH_BYTES = 1_024
"""A search up to this size runs in the event loop if its page is available at once: faster than starting a thread. A
wrong one of this size takes 2 ms to check, one of 4 KiB 9 ms."""

MAX_CACHED_SEARCH_BYTES = 4_096
"""The plan of a request body up to this size is cached."""

WEBHOOK_TIMEOUT_S = 1.25
"""For one delivery of an event, from the connection to the status of the answer; as at Wix."""

WEBHOOK_RETRY_DELAYS_S = tuple(60 * minutes for minutes in (1, 10, 60, 120, 120, 120, 240, 240, 240, 480, 480, 720))
"""Between the attempts of one delivery; the webhook resend policy of Wix, as published in November 2026."""

WEBHOOK_LEASE_S = 10.0
"""How long a process has a delivery to itself. Longer than an attempt with its writes to the store."""

WEBHOOK_RESCAN_S = 30.0
"""How often the worker looks for deliveries that another process left."""

STORE_RETRY_S = 1.0
"""How long the worker waits after the store failed."""

MAX_WEBHOOK_ANSWER_BYTES = 64 << 10
"""Bytes read of the answer to a delivery."""

MAX_FAULTS = 100
"""Planned faults of a site: those of answers, and those of deliveries."""

MAX_LOGGED_ATTEMPTS = 50
"""Attempts in the log of one delivery; the oldest are left out."""

ENVELOPE_LIFETIME_S = 3_600
"""From ``iat`` to ``exp`` of an envelope, in real time."""

DEFAULT_LISTED, MAX_LISTED = 100, 1_000
"""Events or deliveries in one response."""

MAX_LISTED_BYTES = 16 << 20
"""Bytes of events in one response, which has at least one event."""
