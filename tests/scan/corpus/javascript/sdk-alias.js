import { orders as wixOrders } from "@wix/ecom";

export const open = () => wixOrders.searchOrders({ filter: { fulfillmentStatus: { $ne: "FULFILLED" } } });
