import { orders } from "@wix/ecom";

export const search = jest.spyOn(orders, "searchOrders");
export const bound = orders.searchOrders.name;
