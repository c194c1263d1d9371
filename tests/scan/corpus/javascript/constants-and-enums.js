import { orders } from "@wix/ecom";

const LIMITS = Object.freeze({ page: 250, preview: 10 });
const STATUS = { PAID: "PAID", OPEN: "NOT_PAYED" };

export const preview = () => orders.searchOrders({ cursorPaging: { limit: LIMITS.preview } });
export const full = () =>
  orders.searchOrders({ filter: { paymentStatus: { $in: [STATUS.PAID, STATUS.OPEN] } }, cursorPaging: { limit: LIMITS.page } });
