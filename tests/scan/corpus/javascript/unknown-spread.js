import { orders } from "@wix/ecom";

export const search = (base, extra) => orders.searchOrders({ ...base, filter: { ...extra, status: "APPROVED" } });
