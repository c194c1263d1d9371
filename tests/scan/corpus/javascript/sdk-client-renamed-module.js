import { createClient } from "@wix/sdk";
import { orders } from "@wix/ecom";

function shopClient(auth) {
  return createClient({ auth, modules: { shopOrders: orders } });
}

export async function ordersOf(auth, email) {
  const shop = shopClient(auth);
  return shop.shopOrders.searchOrders({ filter: { "buyerInfo.email": email } });
}
