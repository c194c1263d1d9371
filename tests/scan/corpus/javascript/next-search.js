import { orders } from "@wix/ecom";

export async function all() {
  const found = [];
  let search = { filter: { archived: false }, cursorPaging: { limit: 100 } };
  for (;;) {
    const { orders: page, metadata } = await orders.searchOrders(search);
    found.push(...page);
    if (!metadata.hasNext) return found;
    search = { cursorPaging: { cursor: metadata.cursors.next } };
  }
}
