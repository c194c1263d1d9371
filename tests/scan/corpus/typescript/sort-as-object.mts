import { orders } from "@wix/ecom";

export const sorted = (descending: boolean) =>
  orders.searchOrders({ sort: { fieldName: "number", order: descending ? "DESC" : "ASC" } as never });
