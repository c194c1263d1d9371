import { httpClient } from "@wix/essentials";

export async function mostRecent() {
  const response = await httpClient.fetchWithAuth("https://www.wixapis.com/ecom/v1/orders/search", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ search: { sort: { fieldName: "createdDate", order: "DESC" } } }),
  });
  const page = await response.json();
  return page.orders[0];
}
