import { orders } from "@wix/ecom";

export function search(status, paid) {
  let filter = { archived: false };
  filter = { ...filter, status };
  if (paid) filter = { $and: [filter, { paymentStatus: "PAID" }] };
  return orders.searchOrders({ filter });
}
