import { orders } from "@wix/ecom";

export function between(from, to, status) {
  const conditions = [];
  conditions.push({ _createdDate: { $gte: from } });
  if (to) conditions.push({ _createdDate: { $lt: to } });
  const more = [status && { status }, { archived: false }].filter(Boolean);
  return orders.searchOrders({ filter: { $and: [...conditions, ...more] } });
}
