import { orders } from "@wix/ecom";

export function search(email) {
  const query = { filter: {} };
  const filter = query.filter;
  filter["buyerInfo.email"] = email;
  return orders.searchOrders(query);
}
