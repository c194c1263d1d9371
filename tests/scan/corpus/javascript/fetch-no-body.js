export const everything = (headers) => fetch("https://www.wixapis.com/ecom/v1/orders/search", { method: "POST", headers });
