import type { WixClient } from "@/lib/wix";

export interface OrderPage {
  limit?: number;
  cursor?: string | null;
}

export const userOrders = (client: WixClient, { limit, cursor }: OrderPage) =>
  client.orders.searchOrders({ search: { cursorPaging: { limit, cursor } } });
