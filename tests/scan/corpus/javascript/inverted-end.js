import { orders } from "@wix/ecom";

export async function all() {
  let answer = await orders.searchOrders({});
  const found = [...answer.orders];
  while (!answer.metadata.hasNext) {
    answer = await orders.searchOrders({ cursorPaging: { cursor: answer.metadata.cursors.next } });
    found.push(...answer.orders);
  }
  return found;
}
