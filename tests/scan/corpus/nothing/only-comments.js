// orders.searchOrders({ filter: { paymentstatus: "PAID" } })
/*
 * fetch("https://www.wixapis.com/ecom/v1/orders/search", { method: "POST", body: "{}" })
 */
export const nothing = 0;
