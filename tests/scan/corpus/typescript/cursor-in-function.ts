import { orders } from "@wix/ecom";

export async function fetchPage(cursor?: string) {
  return orders.searchOrders({
    filter: { status: "APPROVED" },
    sort: [{ fieldName: "number", order: "ASC" }],
    cursorPaging: { limit: 100, ...(cursor ? { cursor } : {}) },
  });
}
