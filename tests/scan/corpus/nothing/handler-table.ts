export const handlers: Record<string, (body: object) => object> = {
  "/ecom/v1/orders/search": (body) => ({ orders: [], metadata: { body } }),
};
register("/ecom/v1/orders/search", (body: object) => body);
