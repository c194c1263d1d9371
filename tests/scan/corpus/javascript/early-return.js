import { orders } from "@wix/ecom";

export async function load(cursor, filter) {
  if (cursor) {
    return orders.searchOrders({ cursorPaging: { cursor } });
  }
  return orders.searchOrders({ filter, cursorPaging: { limit: 100 } });
}
