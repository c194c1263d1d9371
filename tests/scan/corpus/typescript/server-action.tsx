"use server";
import { getWixClient } from "@/lib/wix-client.server";

export async function loadOrders(customerEmail: string, status?: string) {
  const client = await getWixClient();
  const { orders } = await client.orders.searchOrders({ filter: { paymentStatus: status ?? "PAID" } });
  console.log("loaded for", customerEmail);
  return <pre>{JSON.stringify(orders)}</pre>;
}
