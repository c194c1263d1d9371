import { orders } from "@wix/ecom";

interface Options {
  limit?: number;
  sortBy?: string;
  direction?: "ASC" | "DESC";
}

export async function list({ limit = 500, sortBy = "number", direction = "DESC" }: Options = {}): Promise<unknown> {
  return orders.searchOrders({ sort: [{ fieldName: sortBy, order: direction }], cursorPaging: { limit } });
}
