import { orders } from "@wix/ecom";

export const byBuyer = (email: string) => orders.searchOrders({ filter: { buyerInfo: { email } } as never });
