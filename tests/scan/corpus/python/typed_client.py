from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass
class OrdersApi:
    client: httpx.Client
    base_url: str = "https://www.wixapis.com/ecom/v1"

    def search(self, filters: dict[str, Any], limit: int = 100) -> list[dict[str, Any]]:
        body: dict[str, Any] = {"search": {"filter": filters, "cursorPaging": {"limit": limit}}}
        response = self.client.post(f"{self.base_url}/orders/search", json=body)
        response.raise_for_status()
        return response.json()["orders"]
