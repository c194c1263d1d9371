import { orders } from "@wix/ecom";

const LIMIT = 100;

export async function all() {
  const found = [];
  let next;
  while (true) {
    const answer = await orders.searchOrders({ cursorPaging: { limit: LIMIT, cursor: next } });
    found.push(...answer.orders);
    if (answer.orders.length < LIMIT) break;
    next = answer.metadata.cursors.next;
  }
  return found;
}
