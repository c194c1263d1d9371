import { orders } from "@wix/ecom";

export const forward = (...parts) => orders.searchOrders(...parts);
export const passed = async (getSearch) => orders.searchOrders(await getSearch());
