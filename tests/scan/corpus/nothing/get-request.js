export const probe = () => fetch("https://www.wixapis.com/ecom/v1/orders/search");
export const head = () => fetch("https://www.wixapis.com/ecom/v1/orders/search", { method: "HEAD" });
