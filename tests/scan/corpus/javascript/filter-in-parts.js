import { orders } from "@wix/ecom";

export async function search({ status, email, from }) {
  const filter = {};
  if (status) filter.paymentStatus = status;
  if (email) {
    filter["buyerInfo.email"] = { $startsWith: email };
  }
  filter._createdDate = { $gte: from };
  return orders.searchOrders({ filter });
}
