import * as ecom from "@wix/ecom";
import type { orders as OrdersModule } from "@wix/ecom";

export const run = (search: Parameters<typeof OrdersModule.searchOrders>[0]) => ecom.orders.searchOrders(search);
