import { orders } from "@wix/ecom";

export async function* pages(filter) {
  let cursor;
  for (;;) {
    const search = cursor ? { cursorPaging: { cursor } } : { filter, cursorPaging: { limit: 100 } };
    const { orders: page, metadata } = await orders.searchOrders(search);
    yield page;
    if (!metadata.hasNext) return;
    cursor = metadata.cursors.next;
  }
}
