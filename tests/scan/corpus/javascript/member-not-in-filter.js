import { orders } from "wix-ecom-backend";
import { currentMember } from "wix-members-backend";

export async function myOrders() {
  const member = await currentMember.getMember();
  if (!member) throw new Error("sign in first");
  const { orders: found } = await orders.searchOrders({ sort: [{ fieldName: "createdDate", order: "DESC" }] });
  return found;
}
