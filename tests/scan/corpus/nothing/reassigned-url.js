let url = "https://www.wixapis.com/ecom/v1/orders/search";
url = "https://example.com/other";
fetch(url, { method: "POST", body: JSON.stringify({ filter: {} }) });
