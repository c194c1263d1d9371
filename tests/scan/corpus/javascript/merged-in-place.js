import { orders } from "@wix/ecom";

export function search(extra) {
  const query = { filter: { status: "APPROVED" } };
  Object.assign(query.filter, { archived: false }, extra);
  query.filter.createdDate ??= { $gte: "2024-01-01T00:00:00Z" };
  delete query.filter.status;
  return orders.searchOrders(query);
}
