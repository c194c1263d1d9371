import { orders } from "@wix/ecom";

export function mine(contactId) {
  const search = { filter: { "buyerInfo.contactId": contactId } };
  return orders.searchOrders({ search });
}
