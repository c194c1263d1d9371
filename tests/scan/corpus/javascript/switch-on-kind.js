import { orders } from "@wix/ecom";

export function search(kind) {
  let filter;
  switch (kind) {
    case "open":
      filter = { fulfillmentStatus: "NOT_FULFILLED" };
      break;
    case "paid":
      filter = { paymentStatus: "PAID" };
      break;
    default:
      filter = { archived: true };
  }
  return orders.searchOrders({ filter });
}
