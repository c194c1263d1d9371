import httpx


async def fetch_orders(token: str, limit: int = 250):
    async with httpx.AsyncClient(base_url="https://www.wixapis.com/ecom/v1") as client:
        reply = await client.post(
            "/orders/search",
            headers={"Authorization": token},
            json={"search": {"cursorPaging": {"limit": limit}}},
        )
        return reply.json()
