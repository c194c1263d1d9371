import { orders } from "@wix/pricing-plans";

export const plans = () => orders.managementListOrders({ filter: {} });
export const mine = () => orders.searchOrders?.name;
