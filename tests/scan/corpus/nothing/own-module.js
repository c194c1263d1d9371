import { searchOrders } from "./orders.js";

export const run = () => searchOrders({ filter: { paymentStatus: "PAYED" } });
