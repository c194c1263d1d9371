import { orders } from "@wix/ecom";

const { searchOrders: find } = orders;

export const pending = () => find({ filter: { paymentStatus: { $in: ["PENDING", "NOT_PAID"] } } });
