import { orders } from "@wix/ecom";

export const run = (flag) =>
  orders.searchOrders({
    filter: { checkoutId: null, status: undefined, seenByAHuman: flag ? true : undefined },
    sort: undefined,
  });
