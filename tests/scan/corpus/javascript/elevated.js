import { orders } from "@wix/ecom";
import { auth } from "@wix/essentials";

export const run = async (status) => {
  const found = await auth.elevate(orders.searchOrders)({ filter: { paymentStatus: status } });
  return found.orders.map((order) => order._id);
};
