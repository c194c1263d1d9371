import { orders } from "@wix/ecom";

export async function byCheckout(event) {
  const { order_id } = event?.data ?? {};
  if (!order_id) {
    return { status: 400 };
  }
  let checkoutId;
  if (order_id.includes("-")) checkoutId = order_id.split("-")[0];
  if (!checkoutId) throw new Error("no checkout");
  return orders.searchOrders({ filter: { checkoutId: { $eq: checkoutId } } });
}
