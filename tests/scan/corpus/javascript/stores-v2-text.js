fetch("https://www.wixapis.com/stores/v2/orders/query", {
  method: "POST",
  body: JSON.stringify({ query: { filter: '{"fulfillmentStatus":"NOT_FULFILLED"}', paging: { limit: 10 } } }),
});
