from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/ecom/v1/orders/search")
async def search_orders(request: Request):
    body = await request.json()
    return {"orders": [], "metadata": {"count": 0}, "filter": body.get("filter")}
