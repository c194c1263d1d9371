export const ENDPOINTS = new Map([["search", "/ecom/v1/orders/search"]]);
ENDPOINTS.set("other", "/ecom/v1/orders/search");
