export const example = 'orders.searchOrders({ filter: {} })';
export const url = "https://www.wixapis.com/ecom/v1/orders/search";
export const curl = `curl -X POST https://www.wixapis.com/ecom/v1/orders/search -d '{"search":{}}'`;
