import { orders } from "@wix/ecom";

export function run(orders) {
  return orders.searchOrders({ filter: { x: 1 } });
}
export const used = orders.getOrder;
