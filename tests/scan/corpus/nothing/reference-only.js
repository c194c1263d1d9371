import { orders } from "@wix/ecom";

export const api = { search: orders.searchOrders, get: orders.getOrder };
export const { searchOrders } = orders;
