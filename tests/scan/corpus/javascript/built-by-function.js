import { orders } from "@wix/ecom";

function recent(days, status = "APPROVED") {
  const from = new Date(Date.now() - days * 86_400_000);
  return { filter: { status, _createdDate: { $gte: from.toISOString() } }, sort: [{ fieldName: "_createdDate" }] };
}

export const week = () => orders.searchOrders(recent(7));
export const canceled = () => orders.searchOrders({ ...recent(30, "CANCELED"), cursorPaging: { limit: 10 } });
