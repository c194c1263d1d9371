import { orders } from "@wix/ecom";

export const run = (limit: number | undefined) =>
  orders.searchOrders(<never>{ filter: <object>{ "buyerInfo.email": "a@example.com" as string }, cursorPaging: { limit: limit! } });
