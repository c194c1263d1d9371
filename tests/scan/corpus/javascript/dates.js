import { orders } from "@wix/ecom";

const since = new Date("2024-03-01");

export const run = (until) =>
  orders.searchOrders({
    filter: { $and: [{ _createdDate: { $gte: since } }, { _createdDate: { $lt: until.toISOString() } }, { number: { $gt: -1 } }] },
  });
