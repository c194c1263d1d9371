import * as ecom from "@wix/ecom";

const { orders } = ecom;

export const archived = (limit) => orders.searchOrders({ filter: { archived: true }, cursorPaging: { limit } });
export const all = () => ecom.orders.searchOrders({});
