const text = "https://www.wixapis.com/ecom/v1/orders/search
const other = { method: "POST" };
