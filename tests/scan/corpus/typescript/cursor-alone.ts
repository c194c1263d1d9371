import { orders } from "@wix/ecom";

export const fetchPage = (cursor?: string) =>
  orders.searchOrders(
    cursor
      ? { cursorPaging: { limit: 100, cursor } }
      : { filter: { status: "APPROVED" }, cursorPaging: { limit: 100 } },
  );
