import { orders } from "@wix/ecom";

export const newest = () =>
  orders.searchOrders({
    filter: { paymentStatus: orders.PaymentStatus.PAID, status: { $in: [orders.OrderStatus.CANCELLED] } },
    sort: [{ fieldName: "_createdDate", order: orders.SortOrder.DESC }],
  });
