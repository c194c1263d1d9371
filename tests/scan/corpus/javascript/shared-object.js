import { orders } from "@wix/ecom";

export function search(status) {
  const filter = {};
  const query = {};
  query.filter = filter;
  filter.status = status;
  return orders.searchOrders(query);
}
