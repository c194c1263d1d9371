import { orders } from "@wix/ecom";
import { currentMember } from "wix-members-backend";

export async function myOrders() {
  const member = await currentMember.getMember();
  return orders.searchOrders({ search: { filter: { "buyerInfo.memberId": member._id } } });
}
