import { orders } from "@wix/ecom";

export async function all() {
  const found = [];
  let cursor;
  do {
    const { orders: page, metadata } = await orders.searchOrders({ cursorPaging: { limit: 100, cursor } });
    found.push(...page);
    cursor = metadata.cursors.next;
  } while (cursor);
  return found;
}
