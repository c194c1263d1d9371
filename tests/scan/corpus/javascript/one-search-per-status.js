import { orders } from "@wix/ecom";

export async function byStatus() {
  const counts = {};
  for (const status of ["PAID", "NOT_PAID"]) {
    const { metadata } = await orders.searchOrders({ filter: { paymentStatus: status } });
    counts[status] = metadata.count;
  }
  return counts;
}
