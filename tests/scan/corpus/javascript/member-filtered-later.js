import { orders } from "@wix/ecom";

export async function ofMember(memberId) {
  const { orders: found } = await orders.searchOrders({ cursorPaging: { limit: 100 } });
  return found.filter((order) => order.buyerInfo.memberId === memberId);
}
