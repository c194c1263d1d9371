import nock from "nock";

nock("https://www.wixapis.com").post("/ecom/v1/orders/search", { search: { filter: { bad: 1 } } }).reply(200, { orders: [] });
