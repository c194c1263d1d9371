const BASE = "https://www.wixapis.com";

export const paid = (headers) =>
  fetch(`${BASE}/ecom/v1/orders/search`, {
    method: "POST",
    headers,
    body: JSON.stringify({ filter: { paymentStatus: "PAID" }, paging: { limit: 50 } }),
  });
