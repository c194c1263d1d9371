import { orders } from "@wix/ecom";

export async function* everyOrder(limit = 100): AsyncGenerator<orders.Order> {
  let cursor: string | undefined = undefined;
  do {
    const page: any = await orders.searchOrders({ cursorPaging: { limit, cursor } });
    yield* page.orders;
    cursor = page.metadata.hasNext ? page.metadata.cursors.next : undefined;
  } while (cursor);
}
