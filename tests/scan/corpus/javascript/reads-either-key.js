import { orders } from "@wix/ecom";

export async function next(search) {
  const answer = await orders.searchOrders(search);
  const cursor = answer.metadata?.cursors?.next ?? answer.pagingMetadata?.cursors?.next;
  return { cursor, items: answer.orders };
}
