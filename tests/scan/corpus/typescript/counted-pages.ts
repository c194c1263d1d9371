import { orders } from "@wix/ecom";

export async function firstPages(count: number): Promise<orders.Order[]> {
  const found: orders.Order[] = [];
  let cursor: string | undefined;
  for (let index = 0; index < count; index++) {
    const answer = await orders.searchOrders({ cursorPaging: { limit: 100, cursor } });
    found.push(...answer.orders);
    cursor = answer.metadata.cursors.next;
  }
  return found;
}
