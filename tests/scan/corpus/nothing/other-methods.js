import { orders } from "@wix/ecom";

export const one = (id) => orders.getOrder(id);
export const change = (id) => orders.updateOrder(id, { archived: true });
export const chain = () => orders.queryOrders().eq("status", "APPROVED").find();
