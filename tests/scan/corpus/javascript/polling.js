import { orders } from "@wix/ecom";

export async function poll(handle, sleep) {
  while (true) {
    const { orders: open } = await orders.searchOrders({ filter: { seenByAHuman: false } });
    if (open.length) handle(open);
    await sleep(1000);
  }
}
