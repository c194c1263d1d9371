"""Orders with everything that breaks pages: markup, long values, right-to-left names, odd keys."""

from __future__ import annotations

from typing import Any

MARKUP = [
    "</script><script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    '"><svg onload=window.hacked=1>',
    "javascript:window.hacked=1",
    "{{constructor.constructor('window.hacked=1')()}}",
    "<style>* { display: none }</style>",
    "&lt;b&gt;&#60;i&#62;",
]
BIDI = "\u202eevil\u2066\u2067abc\u202c\u200f"
HEBREW = "\u05d3\u05d5\u05d3 \u05dc\u05d5\u05d9 123"
LONG = "x" * (1 << 20)
MANY = [{"id": f"line-{number}", "productName": {"original": MARKUP[number % len(MARKUP)]}} for number in range(500)]


def hostile_orders() -> list[Any]:
    """Return orders that an attacker, or an odd shop, could make."""
    names = [
        *MARKUP,
        BIDI,
        HEBREW,
        "a" * 400,
        "\U0001f6d2 \u0301\u0301\u0301",
        'O\'Brien "x" \\ `y`',
        " ",
        "\u0000\u0001",
    ]
    orders: list[Any] = [
        {
            "id": f"00000000-0000-4000-8000-{number:012d}",
            "number": str(number + 1),
            "createdDate": f"2024-0{number % 9 + 1}-10T12:00:00.000Z",
            "status": "APPROVED",
            "paymentStatus": "PAID",
            "fulfillmentStatus": name,
            "currency": MARKUP[number % len(MARKUP)],
            "priceSummary": {"total": {"amount": "12345678901234567890.123456789"}},
            "buyerInfo": {"email": name},
            "billingInfo": {"contactDetails": {"firstName": name, "lastName": name}},
            name or "key": {name: [name, None, True, 1e400 if number < 0 else 12345678901234567890]},
            "__proto__": {"polluted": True},
        }
        for number, name in enumerate(names)
    ]
    orders.append(
        {
            "id": "long",
            "number": "900",
            "status": "APPROVED",
            "createdDate": "2024-05-01T00:00:00Z",
            "buyerInfo": {"email": LONG},
            "customField": LONG[: 1 << 19],
        }
    )
    orders.append(
        {"id": "many", "number": "901", "status": "APPROVED", "createdDate": "2024-05-02T00:00:00Z", "lineItems": MANY}
    )
    deep: Any = "bottom"
    for _ in range(150):
        deep = {"in": deep}
    orders.append(
        {"id": "deep", "number": "902", "status": "APPROVED", "createdDate": "2024-05-03T00:00:00Z", "extra": deep}
    )
    return orders
