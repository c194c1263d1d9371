import { orders } from "@wix/ecom";

export function search(names) {
  const sort = [{ fieldName: "number" }];
  sort[1] = { fieldName: names[0] };
  const statuses = ["PAID", "PENDING"];
  statuses.sort();
  return orders.searchOrders({ filter: { paymentStatus: { $in: statuses } }, sort });
}
