import { orders } from "@wix/ecom";
import type { CursorSearch } from "./types";

export async function find(status: orders.OrderStatus): Promise<orders.Order[]> {
  const search: CursorSearch = { filter: { status }, cursorPaging: { limit: 10 } };
  const result = await orders.searchOrders(search as any);
  return result.orders ?? [];
}
