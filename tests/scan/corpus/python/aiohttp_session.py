import aiohttp

WIX = "https://www.wixapis.com"


async def pull(token, ids):
    async with aiohttp.ClientSession(base_url=WIX, headers={"Authorization": token}) as session:
        async with session.post("/ecom/v1/orders/search", json={"search": {"filter": {"id": {"$in": ids}}}}) as resp:
            data = await resp.json()
            return data["orders"]
