import { orders } from "@wix/ecom";

export async function paid() {
  const found = [];
  let cursor = null;
  let hasNext = true;
  while (hasNext) {
    const search = { filter: { paymentStatus: "PAID" }, cursorPaging: { limit: 100 } };
    if (cursor) search.cursorPaging.cursor = cursor;
    const page = await orders.searchOrders(search);
    found.push(...page.orders);
    hasNext = page.metadata.hasNext;
    cursor = page.metadata.cursors.next;
  }
  return found;
}
