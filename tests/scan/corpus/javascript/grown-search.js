import { orders } from "@wix/ecom";

export async function all() {
  let hasMore = true;
  let cursor = null;
  let found = [];
  while (hasMore) {
    const params = { sort: [{ fieldName: "_createdDate", order: "DESC" }], cursorPaging: { limit: 100 } };
    if (cursor) {
      params.cursorPaging.cursor = cursor;
    }
    const result = await orders.searchOrders(params);
    if (result.orders && result.orders.length > 0) {
      found = found.concat(result.orders);
      hasMore = result.metadata?.hasNext || false;
      cursor = result.metadata?.cursors?.next;
    } else {
      hasMore = false;
    }
  }
  return { found, total: found.length };
}
