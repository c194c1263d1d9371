import asyncio

import httpx

URL = "https://www.wixapis.com/ecom/v1/orders/search"


async def main(key):
    headers = {"Authorization": key}
    day = {"$gte": "2024-03-01T00:00:00Z"}

    async def one(status):
        async with httpx.AsyncClient() as client:
            return await client.post(URL, headers=headers, json={"search": {"filter": {"createdDate": day, "status": status}}})

    return await asyncio.gather(one("APPROVED"), one("CANCELED"))
