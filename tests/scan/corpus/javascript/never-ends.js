import { orders } from "@wix/ecom";

export async function watch(log) {
  let cursor;
  for (;;) {
    const { metadata } = await orders.searchOrders({ cursorPaging: { cursor } });
    log(metadata.count);
    cursor = metadata.cursors.next;
  }
}
