fetch("https://www.wixapis.com/ecom/v1/orders/search", {
  method: "POST",
  body: '{"search": {"filter": {"paymentstatus": "PAID"}}}',
});
