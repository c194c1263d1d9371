import { orders } from "@wix/ecom";

enum Payment {
  Paid = "PAID",
  Open = "UNPAID",
}

export const paid = () => orders.searchOrders({ filter: { paymentStatus: Payment.Paid } });
export const open = () => orders.searchOrders({ filter: { paymentStatus: { $eq: Payment.Open } } });
