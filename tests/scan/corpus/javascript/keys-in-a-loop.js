import { orders } from "@wix/ecom";

export function search(wanted) {
  const filter = { archived: false };
  for (const [key, value] of Object.entries(wanted)) filter[key] = value;
  const sort = [];
  wanted.sort.forEach((name) => sort.push({ fieldName: name }));
  return orders.searchOrders({ filter, sort });
}
