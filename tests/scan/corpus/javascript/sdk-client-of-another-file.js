import { wixClient } from "./wix-client.js";

export async function load() {
  const { orders } = await wixClient.orders.searchOrders({ search: { filter: { status: { $eq: "APPROVED" } } } });
  return orders;
}
