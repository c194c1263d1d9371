import type { orders } from "@wix/ecom";

export type Answer = Awaited<ReturnType<typeof orders.searchOrders>>;
