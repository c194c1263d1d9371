import { orders } from "wix-ecom-backend";
import { elevate } from "wix-auth";

const search = elevate(orders.searchOrders);

export async function getRecent(since) {
  const options = { filter: { createdDate: { $gte: since } }, sort: [{ fieldName: "createdDate", order: "DESC" }] };
  const { orders: recent } = await search(options);
  return recent;
}
