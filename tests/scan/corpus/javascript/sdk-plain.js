import { orders } from "@wix/ecom";

export async function paidOrders() {
  const answer = await orders.searchOrders({
    filter: { paymentStatus: "PAID" },
    sort: [{ fieldName: "number", order: "DESC" }],
    cursorPaging: { limit: 20 },
  });
  return answer.orders;
}
