import { createClient } from "@wix/sdk";
import { orders as ordersModule } from "@wix/ecom";

const { orders } = createClient({ modules: { orders: ordersModule } });
const search = { sort: [{ fieldName: "_updatedDate", order: "ASC" }] };

export const changed = () => orders.searchOrders(search);
