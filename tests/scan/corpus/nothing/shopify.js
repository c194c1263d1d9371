import { shopify } from "./shopify.server";

export async function loader({ request }) {
  const { admin } = await shopify.authenticate.admin(request);
  return admin.orders.searchOrders({ query: "status:open" });
}
