import { http, HttpResponse } from "msw";

export const handlers = [
  http.post("https://www.wixapis.com/ecom/v1/orders/search", () => HttpResponse.json({ orders: [], metadata: { count: 0 } })),
];
