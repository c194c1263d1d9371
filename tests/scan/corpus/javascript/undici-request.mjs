import { request } from "undici";

const { body } = await request("https://www.wixapis.com/ecom/v1/orders/search", {
  method: "POST",
  body: JSON.stringify({ search: { filter: { $or: [{ status: "APPROVED" }, { status: "CANCELLED" }] } } }),
});
console.log(await body.json());
