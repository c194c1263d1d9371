import { orders } from "@wix/ecom";

export async function all() {
  const found = [];
  let cursor, answer;
  do {
    answer = await orders.searchOrders({ cursorPaging: { limit: 50, cursor } });
    found.push(...answer.orders);
    cursor = answer.metadata.cursors.next;
  } while (found.length < answer.metadata.count);
  return found.map((order) => order.id);
}
