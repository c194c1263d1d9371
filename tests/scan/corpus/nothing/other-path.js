const BASE = "https://www.wixapis.com";

fetch(`${BASE}/ecom/v1/orders/search-settings`, { method: "POST", body: "{}" });
fetch(`${BASE}/ecom/v1/orders/query`, { method: "POST", body: JSON.stringify({ query: {} }) });
fetch(`${BASE}/ecom/v1/orders/5/search`, { method: "POST", body: "{}" });
fetch(`${BASE}/ecom/v1/draft-orders/search`, { method: "POST", body: "{}" });
