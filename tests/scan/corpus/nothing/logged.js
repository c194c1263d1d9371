import { orders } from "@wix/ecom";

console.log("POST https://www.wixapis.com/ecom/v1/orders/search", { search: { filter: 1 } });
console.error(orders.searchOrders);
