import { createClient, OAuthStrategy } from "@wix/sdk";
import { orders } from "@wix/ecom";
import { products } from "@wix/stores";

const client = createClient({
  modules: { orders, products },
  auth: OAuthStrategy({ clientId: process.env.WIX_CLIENT_ID }),
});

export const latest = () =>
  client.orders.searchOrders({ sort: [{ fieldName: "_createdDate", order: "DESC" }], cursorPaging: { limit: 5 } });
